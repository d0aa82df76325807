extension ReportScript {
    /// The part of the script that works on a report's rows.
    ///
    /// A row is an element that the page came with, or a line of text (`TextRow`) of which an element is
    /// made while it is near the window. Both have the same fields: `fields` reads them out of an element.
    static let table = """
        /* Fields as in TextRow: hash, the vendors' names, then these from `base` on. */
        var DETECTED=0,OPINIONS=1,SCANNED=2,WORD=3,LABEL=4,NAME=5,COMMENT=6,TYPE=7,BYTES=8,SEEN=9,ASKED=10,
          AGE=11,LINE=12,TIMES=13,ALIAS=14,NOTES=15,GROUP=100,LAZY=2000;
        var table=document.querySelector('.rows');
        if(table)setUp(table);
        function setUp(table){
          var vendors=all('thead [data-vendor]',table).map(function(head){return head.dataset.vendor});
          var base=vendors.length+1;
          var given=all('tbody tr',table),lines=[],rest=document.querySelector('.rest');
          if(rest){
            all('pre',rest).forEach(function(block){
              block.textContent.split('\\n').forEach(function(line){if(line)lines.push(line)});
            });
            rest.parentNode.removeChild(rest);
          }
          var total=given.length+lines.length,read=[],texts=[],letters=null,numbers=[],ordered,shown;
          for(var index=0;index<total;index++)numbers.push(index);
          ordered=shown=numbers;
          var tools=document.querySelector('.tools'),search=tools.querySelector('input');
          var output=tools.querySelector('output'),chips=all('[data-verdict]',tools);
          var select=tools.querySelector('select'),clear=tools.querySelector('.clear'),words={};
          chips.forEach(function(chip){
            words[chip.dataset.word]={letter:chip.dataset.verdict,label:chip.dataset.cell};
          });

          /* Values. */
          function text(element){return element?element.textContent.trim():''}
          function moment(cell){var time=cell.querySelector('time');return time?time.getAttribute('datetime'):''}
          function datum(cell){var data=cell.querySelector('data');return data?data.value:''}
          function fields(row){
            var cells=row.cells,notes=cells[cells.length-1].querySelectorAll('i'),values=[text(row.querySelector('code'))];
            for(var v=1;v<base;v++)values[v]=text(cells[v]);
            values[base+DETECTED]=text(cells[base]);
            values[base+OPINIONS]=text(cells[base+3]).split(' of ')[1]||'';
            values[base+SCANNED]=moment(cells[base+1]);
            values[base+LABEL]=text(cells[base+4]);
            values[base+NAME]=text(cells[base+5]);
            values[base+COMMENT]=text(cells[base+6]);
            values[base+SEEN]=moment(notes[base]);
            values[base+ASKED]=moment(notes[base+1]);
            values[base+TYPE]=text(notes[base+2].querySelector('span'));
            values[base+BYTES]=datum(notes[base+2]);
            values[base+LINE]=datum(notes[base+3]);
            return values;
          }
          function values(row){
            if(row>=given.length)return lines[row-given.length].split('\\t');
            return read[row]||(read[row]=fields(given[row]));
          }
          function field(row,number){
            if(row<given.length)return values(row)[number]||'';
            var line=lines[row-given.length],from=0;
            while(number-->0)from=line.indexOf('\\t',from)+1;
            var to=line.indexOf('\\t',from);
            return line.slice(from,to<0?line.length:to);
          }
          function hash(row){return row<given.length?values(row)[0]:field(row,0)}
          /* What the search looks at: hash, vendors' names, label, name, comment, type; nothing of the page's own. */
          function prepareSearch(end){
            for(;texts.length<end;){
              var all=values(texts.length);
              texts.push(all.slice(0,base).concat(all.slice(base+LABEL,base+TYPE+1)).join('\\t').toLowerCase());
            }
          }
          function prepareSome(){
            prepareSearch(Math.min(texts.length+1000,total));
            if(texts.length<total)setTimeout(prepareSome,10);
          }
          function prepareVerdicts(){
            if(!letters)letters=numbers.map(function(row){
              return row<given.length?given[row].className:words[field(row,base+WORD)].letter;
            });
          }

          /* Elements out of lines, as HTMLRow writes them. */
          function make(name,style,content){
            var element=document.createElement(name);
            if(style)element.className=style;
            if(content)element.textContent=content;
            return element;
          }
          function cell(row,content,style){
            var made=row.appendChild(make('td',style));
            if(content==='None'||content==='–')made.appendChild(make('span','none',content));
            else if(content)made.appendChild(make('bdi','',content));
            return made;
          }
          function time(inside,written,words){
            var made=make('time',words?'age':'',words||written);
            made.setAttribute('datetime',written);
            localise(made);
            inside.appendChild(made);
          }
          function number(digits){return Number(digits).toLocaleString('en')}
          function size(bytes){
            var units=[bytes==='1'?'byte':'bytes','KiB','MiB','GiB','TiB','PiB','EiB'],unit=0,value=Number(bytes);
            while(value>=1023.5&&unit<6){value/=1024;unit++}
            return (unit&&value<99.95?Math.round(value*10)/10:Math.round(value).toLocaleString('en'))+' '+units[unit];
          }
          function build(line){
            var all=line.split('\\t'),word=words[all[base+WORD]],row=make('tr',word.letter);
            var head=row.appendChild(make('th','h'));
            head.scope='row';
            head.appendChild(make('code','',all[0]));
            var actions=head.appendChild(make('span','a')),button=actions.appendChild(make('button','','copy'));
            button.type='button';button.title='Copy this hash';
            var link=actions.appendChild(make('a','','VT'));
            link.rel='noreferrer';link.title='Open at VirusTotal';
            link.href='https://www.virustotal.com/gui/file/'+all[0];
            vendors.forEach(function(vendor,at){cell(row,all[at+1]).dataset.vendor=vendor});
            cell(row,all[base+DETECTED]);
            var scanned=all[base+SCANNED];
            if(/^\\d/.test(scanned))time(cell(row,''),scanned);else cell(row,scanned);
            row.appendChild(make('td','v',word.label));
            proportion(row,all[base+DETECTED],all[base+OPINIONS]);
            cell(row,all[base+LABEL]);cell(row,all[base+NAME]);cell(row,all[base+COMMENT]);
            lesser(row.appendChild(make('td','d')),all);
            return row;
          }
          function proportion(row,part,whole){
            var made=row.appendChild(make('td','of')),space='http://www.w3.org/2000/svg';
            if(!whole)return;
            var bar=document.createElementNS(space,'svg'),rect=document.createElementNS(space,'rect');
            bar.setAttribute('class','b');bar.setAttribute('aria-hidden','true');
            rect.setAttribute('width',(whole>0?Math.round(part/whole*100):0)+'%');rect.setAttribute('height','16');
            bar.appendChild(rect);made.appendChild(bar);
            made.appendChild(document.createTextNode(part+' of '+whole));
          }
          function lesser(last,all){
            last.colSpan=base+8;
            function note(content){return last.appendChild(make('i','',content))}
            var kind={32:'MD5',40:'SHA-1',64:'SHA-256'}[all[0].length],alias=all[base+ALIAS];
            note(kind+(alias?', asked as '+alias:''));
            vendors.forEach(function(vendor,at){note(all[base+NOTES+at])});
            var seen=note('');
            if(all[base+SEEN])time(seen,all[base+SEEN]);
            var age=note(''),said=all[base+AGE],stale=/^stale, /.test(said);
            if(stale){age.appendChild(make('b','stale','stale,'));age.appendChild(document.createTextNode(' '))}
            if(said)time(age,all[base+ASKED],said.replace('stale, ',''));
            var type=note(''),bytes=all[base+BYTES];
            if(all[base+TYPE])type.appendChild(make('bdi','',all[base+TYPE]));
            if(bytes)type.appendChild(document.createTextNode((all[base+TYPE]?', ':'')+size(bytes)));
            note('line '+number(all[base+LINE])+(all[base+TIMES]>1?', '+number(all[base+TIMES])+' times':''));
            var reason=all[base+NOTES+vendors.length];
            if(reason)last.appendChild(make('p','why',reason));
          }

          /* Groups of rows. Of many, only those near the window have elements; the others keep their room. */
          var height=GROUP*76,watcher=null;
          if(window.IntersectionObserver)watcher=new IntersectionObserver(function(entries){
            entries.forEach(function(entry){if(entry.isIntersecting)fill(entry.target);else empty(entry.target)});
          },{rootMargin:'1500px 0px'});
          function fill(body){
            if(body.isFilled)return;
            var some=document.createDocumentFragment();
            for(var at=body.from;at<Math.min(body.from+GROUP,shown.length);at++){
              var row=shown[at];
              some.appendChild(row<given.length?given[row]:build(lines[row-given.length]));
            }
            body.appendChild(some);
            body.isFilled=true;
            body.style.height='';
          }
          function empty(body){
            if(!body.isFilled)return;
            height=body.offsetHeight;
            body.style.height=height+'px';
            body.isFilled=false;
            body.replaceChildren();
          }
          function arrange(){
            var some=document.createDocumentFragment(),isLazy=Boolean(watcher)&&shown.length>LAZY;
            if(watcher)watcher.disconnect();
            all('tbody',table).forEach(function(old){table.removeChild(old)});
            for(var from=0;from<shown.length;from+=GROUP){
              var body=some.appendChild(document.createElement('tbody'));
              body.from=from;
              if(!isLazy||from===0)fill(body);
              else body.style.height=Math.round(height*Math.min(GROUP,shown.length-from)/GROUP)+'px';
            }
            table.classList.toggle('lazy',isLazy);
            table.appendChild(some);
            if(isLazy)all('tbody',table).forEach(function(body){watcher.observe(body)});
          }
          function showAll(){
            shown=wantsAll()?ordered:ordered.filter(fits);
          }
          function wantsAll(){return !choice.q.trim()&&!choice.v}
          /* All words must be there; of several whole hashes, which somebody pasted, any. */
          var terms=[],areHashes=false;
          function fits(row){
            if(choice.v&&choice.v.indexOf(letters[row])<0)return false;
            function has(term){return texts[row].indexOf(term)>=0}
            return areHashes?terms.some(has):terms.every(has);
          }
          function filter(){
            terms=choice.q.toLowerCase().split(/\\s+/).filter(Boolean);
            areHashes=terms.length>1&&terms.every(function(term){return /^[0-9a-f]{32,64}$/.test(term)});
            if(terms.length)prepareSearch(total);
            if(choice.v)prepareVerdicts();
            showAll();
            chips.forEach(function(chip){
              chip.setAttribute('aria-pressed',String(choice.v.indexOf(chip.dataset.verdict)>=0))});
            output.textContent=wantsAll()?'':shown.length.toLocaleString('en')+' of '+
              total.toLocaleString('en')+' shown';
            clear.hidden=wantsAll();
            arrange();
          }

          /* A heading's key such as 3n: field 3, a number. The kinds: text, number, date, proportion (of the field
             before), original order. */
          function reader(key){
            var number=parseInt(key,10),kind=key.charAt(key.length-1);
            return function(row){
              var value=field(row,number);
              if(value===''||value==='None'||value==='–')return null;
              if(kind==='n')return Number(value);
              if(kind==='p')return Number(value)>0?Number(field(row,number-1))/Number(value):null;
              return kind==='t'?value.toLowerCase():value;
            };
          }
          function sort(){
            var head=choice.s===''?null:heads[choice.s];
            ordered=numbers;
            if(head&&/o$/.test(head.dataset.key)){if(choice.o<0)ordered=numbers.slice().reverse()}
            else if(head){
              var keys=numbers.map(reader(head.dataset.key)),way=choice.o;
              ordered=numbers.slice().sort(function(a,b){
                if(keys[a]===keys[b])return a-b;
                if(keys[a]===null)return 1;
                if(keys[b]===null)return -1;
                return (keys[a]<keys[b]?-1:1)*way;
              });
            }
            heads.forEach(function(other,place){
              if(String(place)===choice.s)other.dataset.way=choice.o;else delete other.dataset.way;
            });
            Array.prototype.forEach.call(table.tHead.rows[0].cells,function(cell){
              var active=cell.querySelector('[data-way]');
              if(active)cell.setAttribute('aria-sort',active.dataset.way==='1'?'ascending':'descending');
              else cell.removeAttribute('aria-sort');
            });
            select.value=choice.s===''?'':choice.s+','+choice.o;
            showAll();
            arrange();
          }

          /* The tools. The headings stay for paper: a browser does not repeat buttons on each page. */
          var heads=all('thead [data-key]',table).map(function(label){
            var button=make('button',label.className,label.textContent);
            button.type='button';button.dataset.key=label.dataset.key;
            label.parentNode.insertBefore(button,label);
            return button;
          });
          function option(label,value){
            var made=make('option','',label);
            made.value=value;
            select.appendChild(made);
          }
          heads.forEach(function(head,place){
            var first=/[ndp]$/.test(head.dataset.key)?-1:1,name=head.textContent.toLowerCase();
            head.addEventListener('click',function(){
              if(choice.s!==String(place)){choice.s=String(place);choice.o=first}
              else if(choice.o===first)choice.o=-first;
              else{choice.s='';choice.o=1}
              sort();remember();
            });
            option(name+(first<0?', highest first':''),place+','+first);
            option(name+(first<0?', lowest first':', backwards'),place+','+-first);
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
          clear.addEventListener('click',function(){
            choice.q=choice.v='';search.value='';filter();remember();search.focus();
          });
          tools.querySelector('.copyall').addEventListener('click',function(event){
            copyWith(event.currentTarget,shown.map(hash).join('\\n')+'\\n');
          });
          table.addEventListener('click',function(event){
            var button=event.target.closest('.h button');
            if(button)copyWith(button,button.closest('tr').querySelector('code').textContent);
          });
          /* On paper a few thousand rows are enough; the page says how many there are. */
          var printed=table.parentNode.insertBefore(make('p','printed muted'),table);
          addEventListener('beforeprint',function(){
            if(!table.classList.contains('lazy'))return;
            all('tbody',table).forEach(function(body){
              if(body.from<LAZY)fill(body);else body.hidden=true;
            });
            printed.textContent='Printed are the first '+LAZY.toLocaleString('en')+' of '+
              shown.length.toLocaleString('en')+' rows.';
          });
          addEventListener('afterprint',function(){
            printed.textContent='';
            if(table.classList.contains('lazy'))arrange();
          });

          tools.hidden=false;
          search.value=choice.q;
          if(choice.q||choice.v||choice.s!==''){
            if(!wantsAll())filter();
            if(choice.s!=='')sort();
          }else if(lines.length)arrange();
          setTimeout(prepareSome,500);
        }

        """
}
