/// The page's own script, beside the reports': a page of something that goes on loads itself again.
enum WebScript {
    static let source = """
        (function(){
        'use strict';
        var page=document.documentElement,address=page.dataset.live,seconds=Number(page.dataset.every);
        /* The address that a page loads itself again by says so to the server; nobody else needs to see it. */
        if(/[?&]live$/.test(location.search))
          history.replaceState(null,'',location.pathname+location.search.replace(/[?&]live$/,''));
        if(!address||!(seconds>0))return;
        var waited=0,live=document.querySelector('.live'),place='hashdrop '+location.pathname;
        try{
          var scrolled=sessionStorage.getItem(place);
          sessionStorage.removeItem(place);
          if(scrolled!==null)scrollTo(0,Number(scrolled));
        }catch(error){/* Without storage the page begins at its top. */}
        /* Whoever has the keyboard's focus in the page would lose it. */
        function isBusy(){
          var active=document.activeElement;
          return document.hidden||String(getSelection())!==''||Boolean(active&&active!==document.body);
        }
        setInterval(function(){
          var busy=isBusy();
          waited++;
          if(live)live.textContent=busy?'Not refreshed while you select or have something in focus.':
            'Refreshes by itself.';
          if(busy||waited<seconds)return;
          try{sessionStorage.setItem(place,String(scrollY))}catch(error){/* As above. */}
          location.replace(address);
        },1000);
        })();

        """
}
