/// The pages' only script: filters, sorts and copies rows, shows times in the reader's zone, and loads a
/// running page again. The page is complete without it.
package enum ReportScript {
    /// JavaScript without a framework, for the page's end.
    package static let source = "(function(){\n'use strict';\n" + common + table + refreshing + "})();\n"

    private static let common = """
        var page=document.documentElement;
        page.classList.add('js');
        function all(selector,inside){
          return Array.prototype.slice.call((inside||document).querySelectorAll(selector));
        }
        function two(number){return (number<10?'0':'')+number}

        /* Times: written in UTC, shown in the reader's zone; the first ones at once, the rest while idle. */
        function local(date){
          return date.getFullYear()+'-'+two(date.getMonth()+1)+'-'+two(date.getDate())+' '+
            two(date.getHours())+':'+two(date.getMinutes());
        }
        function localise(time){
          var written=time.getAttribute('datetime'),date=new Date(written);
          if(isNaN(date))return;
          var utc=written.replace('T',' ').replace('Z',' UTC');
          if(time.className==='age')time.title='asked '+local(date)+' ('+utc+')';
          else{time.title=utc;time.textContent=local(date)}
        }
        var times=all('time'),nextTime=0;
        function localiseSome(){
          for(var end=Math.min(nextTime+1000,times.length);nextTime<end;nextTime++)localise(times[nextTime]);
          if(nextTime<times.length)setTimeout(localiseSome,10);else times=[];
        }
        localiseSome();
        var zone='';
        try{zone=Intl.DateTimeFormat().resolvedOptions().timeZone}catch(error){zone=''}
        all('.zone').forEach(function(element){element.textContent=zone?'your time, '+zone:'your time'});

        /* What the reader chose lives in the address: it survives a reload and can be sent to somebody. */
        var choice={q:'',v:'',s:'',o:1};
        location.hash.slice(1).split('&').forEach(function(pair){
          var at=pair.indexOf('='),name=pair.slice(0,at),value=pair.slice(at+1);
          if(at<0)return;
          try{value=decodeURIComponent(value)}catch(error){return}
          if(name==='o')choice.o=value==='-1'?-1:1;
          else if(name==='q')choice.q=value;
          else if(name==='v')choice.v=value.replace(/[^msfnucw]/g,'');
          else if(name==='s'&&/^\\d{1,2}$/.test(value))choice.s=value;
        });
        function remember(){
          var parts=[];
          if(choice.q)parts.push('q='+encodeURIComponent(choice.q));
          if(choice.v)parts.push('v='+encodeURIComponent(choice.v));
          if(choice.s!=='')parts.push('s='+encodeURIComponent(choice.s),'o='+choice.o);
          var wanted='#'+(parts.join('&')||'all');
          if(location.hash!==wanted&&(parts.length||location.hash))location.replace(wanted);
        }

        var said=document.querySelector('.said');
        function say(text){if(said)said.textContent=text}
        function copy(text,done){
          function older(){
            var area=document.createElement('textarea');
            area.value=text;area.className='said';document.body.appendChild(area);area.select();
            var copied=false;
            try{copied=document.execCommand('copy')}catch(error){copied=false}
            document.body.removeChild(area);done(copied);
          }
          if(navigator.clipboard&&navigator.clipboard.writeText)
            navigator.clipboard.writeText(text).then(function(){done(true)},older);
          else older();
        }
        function copyWith(button,text){
          copy(text,function(copied){
            button.classList.toggle('copied',copied);
            button.focus();
            say(copied?'Copied to the clipboard':'The browser did not allow copying');
            setTimeout(function(){button.classList.remove('copied');say('')},1500);
          });
        }


        """

    private static let refreshing = """

        /* A page that is not final loads itself again, unless the reader is in the middle of something. */
        var seconds=Number(page.dataset.refresh),waited=0,live=document.querySelector('.live');
        var place='hashdrop '+location.pathname;
        try{
          var scrolled=sessionStorage.getItem(place);
          sessionStorage.removeItem(place);
          if(scrolled!==null)scrollTo(0,Number(scrolled));
        }catch(error){/* Without storage the browser's own memory of the scroll position has to do. */}
        function isBusy(){
          var active=document.activeElement;
          return document.hidden||Boolean(document.querySelector('details[open]'))||
            Boolean(active&&active!==document.body)||String(getSelection())!=='';
        }
        if(seconds>0)setInterval(function(){
          var busy=isBusy();
          waited++;
          if(live)live.textContent=busy?'Not refreshed while you search, select, read details or have something in focus.':
            'Refreshes by itself.';
          if(busy||waited<seconds)return;
          try{sessionStorage.setItem(place,String(scrollY))}catch(error){/* As above. */}
          location.reload();
        },1000);

        """
}
