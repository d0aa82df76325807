/// The pages' only script: filters, sorts and copies rows, shows times in the reader's zone, and loads a
/// running page again. The page is complete without it.
package enum ReportScript {
    /// JavaScript without a framework, for the page's end.
    package static let source = """
        (function(){
        'use strict';
        var page=document.documentElement,each=Array.prototype.forEach;
        page.classList.add('js');
        function all(selector,inside){
          return Array.prototype.slice.call((inside||document).querySelectorAll(selector));
        }
        function two(number){return (number<10?'0':'')+number}

        /* Times: written in UTC, shown in the reader's zone; the first ones at once, the rest while idle. */
        function localise(time){
          var date=new Date(time.dateTime);
          if(isNaN(date))return;
          time.title=time.dateTime.replace('T',' ').replace('Z',' UTC');
          time.textContent=date.getFullYear()+'-'+two(date.getMonth()+1)+'-'+two(date.getDate())+' '+
            two(date.getHours())+':'+two(date.getMinutes());
        }
        var times=all('time'),nextTime=0;
        function localiseSome(){
          for(var end=Math.min(nextTime+2000,times.length);nextTime<end;nextTime++)localise(times[nextTime]);
          if(nextTime<times.length)setTimeout(localiseSome,20);
        }
        localiseSome();
        var zone='';
        try{zone=Intl.DateTimeFormat().resolvedOptions().timeZone}catch(error){zone=''}
        all('.zone').forEach(function(element){element.textContent=zone?'your time, '+zone:'your time'});

        /* What the reader chose lives in the address: it survives a reload and can be sent to somebody. */
        var choice={q:'',v:'',s:'',o:1};
        location.hash.slice(1).split('&').forEach(function(pair){
          var at=pair.indexOf('=');
          if(at<0)return;
          var name=pair.slice(0,at),value=pair.slice(at+1);
          try{value=decodeURIComponent(value)}catch(error){return}
          if(name==='o')choice.o=value==='-1'?-1:1;
          else if(name==='q'||name==='v'||name==='s')choice[name]=value;
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
            say(copied?'Copied to the clipboard':'The browser did not allow copying');
            setTimeout(function(){button.classList.remove('copied');say('')},1500);
          });
        }

        var table=document.querySelector('.rows');
        if(table)setUp(table);
        function setUp(table){
          var rows=all('tbody tr',table),ordered=rows,tools=document.querySelector('.tools');
          var search=tools.querySelector('input'),output=tools.querySelector('output');
          var chips=all('[data-verdict]',tools),texts=null,select=tools.querySelector('select');
          var heads=all('thead [data-key]',table).map(function(label){
            var button=document.createElement('button');
            button.type='button';button.className=label.className;button.dataset.key=label.dataset.key;
            button.textContent=label.textContent;label.parentNode.replaceChild(button,label);
            return button;
          });
          tools.hidden=false;

          /* Groups of 100 rows, as the page was written: only those near the window are laid out. */
          function arrange(){
            var shown=document.createDocumentFragment(),hidden=document.createElement('tbody');
            var group=null,count=0;
            hidden.hidden=true;
            ordered.forEach(function(row){
              if(row.hidden){hidden.appendChild(row);return}
              if(count++%100===0)group=shown.appendChild(document.createElement('tbody'));
              group.appendChild(row);
            });
            all('tbody',table).forEach(function(old){table.removeChild(old)});
            table.appendChild(shown);
            table.appendChild(hidden);
          }

          function filter(){
            var words=choice.q.toLowerCase().split(/\\s+/).filter(Boolean),wanted=choice.v,shown=0;
            if(words.length&&!texts)
              texts=new Map(rows.map(function(row){return [row,row.textContent.toLowerCase()]}));
            rows.forEach(function(row){
              var fits=(!wanted||wanted.indexOf(row.className)>=0)&&
                words.every(function(word){return texts.get(row).indexOf(word)>=0});
              if(row.hidden===fits)row.hidden=!fits;
              if(fits)shown++;
            });
            chips.forEach(function(chip){
              chip.setAttribute('aria-pressed',String(wanted.indexOf(chip.dataset.verdict)>=0))});
            output.textContent=shown===rows.length?'':shown.toLocaleString('en')+' of '+
              rows.length.toLocaleString('en')+' shown';
            tools.querySelector('.clear').hidden=shown===rows.length;
            arrange();
          }

          /* A key such as c2t: cell 2, text; m4v: value 4 of the second line. The kinds are text, number,
             date, value, proportion and (handled by sort) the original order. */
          function reader(key){
            var place=key.charAt(0),number=parseInt(key.slice(1),10),kind=key.charAt(key.length-1);
            return function(row){
              var last=row.cells[row.cells.length-1];
              var cell=place==='c'?row.cells[number]:last.querySelectorAll('i')[number];
              if(!cell)return null;
              if(kind==='d'){var time=cell.querySelector('time');return time?time.dateTime:null}
              if(kind==='v'){var data=cell.querySelector('data');return data?Number(data.value):null}
              if(cell.querySelector('.none'))return null;
              var text=cell.textContent.trim();
              if(kind==='p')return text===''?null:parseInt(text,10)/parseInt(text.split(' of ')[1],10);
              if(kind==='n')return text===''?null:Number(text.replace(/,/g,''));
              return text===''?null:text.toLowerCase();
            };
          }
          function sort(){
            ordered=rows;
            if(choice.s!==''&&heads[choice.s]&&heads[choice.s].dataset.key){
              var key=heads[choice.s].dataset.key,read=reader(key),way=choice.o,byPlace=/o$/.test(key);
              ordered=rows.map(function(row,place){
                return {row:row,place:place,key:byPlace?place:read(row)};
              }).sort(function(a,b){
                if(a.key===b.key)return a.place-b.place;
                if(a.key===null)return 1;
                if(b.key===null)return -1;
                return (a.key<b.key?-1:1)*way;
              }).map(function(item){return item.row});
            }
            arrange();
            each.call(heads,function(head,place){
              var isIt=String(place)===choice.s;
              if(isIt)head.dataset.way=choice.o;else delete head.dataset.way;
            });
            each.call(table.tHead.rows[0].cells,function(cell){
              var active=cell.querySelector('[data-way]');
              if(active)cell.setAttribute('aria-sort',active.dataset.way==='1'?'ascending':'descending');
              else cell.removeAttribute('aria-sort');
            });
            if(select)select.value=choice.s===''?'':choice.s+','+choice.o;
          }
          heads.forEach(function(head,place){
            var first=/[ndvp]$/.test(head.dataset.key)?-1:1;
            head.addEventListener('click',function(){
              if(choice.s!==String(place)){choice.s=String(place);choice.o=first}
              else if(choice.o===first)choice.o=-first;
              else{choice.s='';choice.o=1}
              sort();remember();
            });
            var option=document.createElement('option');
            option.value=place+','+first;option.textContent=head.textContent.toLowerCase();
            select.appendChild(option);
          });
          select.addEventListener('change',function(){
            var parts=select.value.split(',');
            choice.s=parts[0];choice.o=parts[1]==='-1'?-1:1;sort();remember();
          });
          chips.forEach(function(chip){chip.addEventListener('click',function(){
            var letter=chip.dataset.verdict;
            choice.v=choice.v.indexOf(letter)>=0?choice.v.replace(letter,''):choice.v+letter;
            filter();remember();
          })});
          var pause;
          search.addEventListener('input',function(){
            clearTimeout(pause);
            pause=setTimeout(function(){choice.q=search.value;filter();remember()},150);
          });
          tools.querySelector('.clear').addEventListener('click',function(){
            choice.q=choice.v='';search.value='';filter();remember();search.focus();
          });
          tools.querySelector('.copyall').addEventListener('click',function(event){
            var shown=ordered.filter(function(row){return !row.hidden});
            copyWith(event.currentTarget,shown.map(function(row){
              return row.querySelector('code').textContent}).join('\\n')+'\\n');
          });
          table.addEventListener('click',function(event){
            var button=event.target.closest('.h button');
            if(button)copyWith(button,button.parentNode.querySelector('code').textContent);
          });
          search.value=choice.q;
          if(choice.s!=='')sort();
          if(choice.q||choice.v)filter();
        }

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
            Boolean(active&&/^(INPUT|SELECT)$/.test(active.tagName))||String(getSelection())!=='';
        }
        if(seconds>0)setInterval(function(){
          var busy=isBusy();
          waited++;
          if(live)live.textContent=busy?'Not refreshed while you search, select or read details.':
            'Refreshes by itself.';
          if(busy||waited<seconds)return;
          try{sessionStorage.setItem(place,String(scrollY))}catch(error){/* As above. */}
          location.reload();
        },1000);
        })();

        """
}
