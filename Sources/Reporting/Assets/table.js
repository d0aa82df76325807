// The table of a report: choosing, copying, searching, filtering, sorting, scrolling and printing.

const tools = document.querySelector('.tools');
const search = tools?.querySelector('input');
const output = tools?.querySelector('output');
const select = tools?.querySelector('select');
const clear = tools?.querySelector('.clear');
const chips = all('.tools [data-verdict]');
const heads = [];
// There while a group is chosen, and chooses it no longer.
const groupChip = make('button');
// Row numbers in the page's order, in the chosen order, and those of them that are shown.
let numbers = [], ordered = [], shown = [];

// What the reader chose stands in the address: it survives loading again and can be sent on.

const nothing = { text: '', verdicts: '', facts: '', group: '', head: '', way: 1 };
const choice = { ...nothing };

function readChoice() {
  for (const pair of location.hash.slice(1).split('&')) {
    const at = pair.indexOf('=');
    let value;
    try {
      value = decodeURIComponent(pair.slice(at + 1));
    } catch {
      continue;
    }
    switch (pair.slice(0, Math.max(at, 0))) {
      case 'q': choice.text = value; break;
      case 'v': choice.verdicts = value.replace(/[^mskfnucwx]/g, ''); break;
      case 'f': choice.facts = knownFacts(value); break;
      case 'g': if (groupNamed(value)) choice.group = value; break;
      case 's': if (/^\d{1,2}$/.test(value) && value < heads.length) choice.head = value; break;
      case 'o': choice.way = value === '-1' ? -1 : 1; break;
    }
  }
}

function writtenChoice() {
  const parts = [];
  if (choice.text) parts.push(`q=${encodeURIComponent(choice.text)}`);
  if (choice.verdicts) parts.push(`v=${encodeURIComponent(choice.verdicts)}`);
  if (choice.facts) parts.push(`f=${choice.facts}`);
  if (choice.group) parts.push(`g=${encodeURIComponent(choice.group)}`);
  if (choice.head !== '') parts.push(`s=${choice.head}`, `o=${choice.way}`);
  return `#${parts.join('&') || 'all'}`;
}

function writeChoice() {
  const wanted = writtenChoice();
  if (location.hash !== wanted && (wanted !== '#all' || location.hash)) location.replace(wanted);
}

// Another address of the same page, such as a colleague's: this one's own are those that are written.
function followAddress() {
  if (location.hash === writtenChoice()) return;
  // A place on this page.
  if (document.getElementById(location.hash.slice(1))) return;
  Object.assign(choice, nothing);
  readChoice();
  search.value = choice.text;
  showMarks();
  filter();
  sort();
}

function wantsAll() {
  return !choice.text.trim() && !choice.verdicts && !choice.facts && !choice.group;
}

// Copying.

function say(text) {
  const said = document.querySelector('.said');
  if (said) said.textContent = text;
}

// For pages that were opened as files: some browsers have no clipboard there.
function copyBySelecting(text) {
  const area = make('textarea', 'said');
  area.value = text;
  document.body.append(area);
  area.select();
  let isCopied = false;
  try {
    isCopied = document.execCommand('copy');
  } catch { /* Said below. */ }
  area.remove();
  return isCopied;
}

async function copy(text, button) {
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    isCopied = copyBySelecting(text);
  }
  button.classList.toggle('copied', isCopied);
  button.focus();
  say(isCopied ? 'Copied to the clipboard' : 'The browser did not allow copying');
  setTimeout(() => {
    button.classList.remove('copied');
    say('');
  }, 1500);
}

// Searching and filtering. A search looks at the columns of text (the hash, and what comes from outside) and
// at what an opened row tells of the file, not at the page's own words. All words must be there; of several
// whole hashes, as pasted from elsewhere, any.

const texts = [];
let letters = null, terms = [], areHashes = false, groupLetter = '';

function prepareSearch(end) {
  const searched = keys.filter(key => key.sort === 'text');
  const indices = searched.map(key => fields[key.name]);
  while (texts.length < end) {
    const row = texts.length;
    const line = row < given.length ? null : lines[row - given.length].split('\t');
    const values = line ? indices.map(index => line[index]) : searched.map(key => valueOf(row, key));
    // The file's other digests and its facts, where the page has them.
    if (!line) {
      for (const code of all('.more code', given[row])) values.push(code.textContent);
      values.push(...toldTexts(given[row]));
    }
    texts.push(values.join('\t').toLowerCase());
  }
}

function prepareSearchSlowly() {
  prepareSearch(Math.min(texts.length + 4000, numbers.length));
  if (texts.length < numbers.length) setTimeout(prepareSearchSlowly, 0);
}

function fits(row) {
  if (choice.verdicts && !choice.verdicts.includes(letters[row])) return false;
  if (choice.facts && !fitsFacts(row, choice.facts)) return false;
  if (groupLetter && !factLetters[row].includes(groupLetter)) return false;
  const has = term => texts[row].includes(term);
  return areHashes ? terms.some(has) : terms.every(has);
}

function showChosen() {
  shown = wantsAll() ? ordered : ordered.filter(fits);
  arrange();
}

function filter() {
  terms = wordsOf(choice.text);
  areHashes = terms.length > 1 && terms.every(term => /^[0-9a-f]{32,64}$/.test(term));
  if (terms.length) prepareSearch(numbers.length);
  if (choice.verdicts) letters ??= numbers.map(letterOf);
  groupLetter = groupNamed(choice.group)?.dataset.group ?? '';
  if (choice.facts || groupLetter) prepareFacts();
  showChosen();
  for (const chip of chips) {
    chip.setAttribute('aria-pressed', String(choice.verdicts.includes(chip.dataset.verdict)));
  }
  for (const chip of factChips) {
    chip.setAttribute('aria-pressed', String(choice.facts.includes(chip.dataset.fact)));
  }
  groupChip.setAttribute('aria-pressed', String(Boolean(choice.group)));
  groupChip.hidden = !choice.group;
  groupChip.textContent = choice.group;
  sayShown();
  clear.hidden = wantsAll();
}

function sayShown() {
  const count = wantsAll() ? '' : `${grouped(shown.length)} of ${grouped(numbers.length)} shown`;
  const hint = table.classList.contains('lazy')
    ? 'The browser’s own search sees only rows near the window; this one sees all.' : '';
  output.textContent = [count, hint].filter(Boolean).join('. ');
}

// Sorting. The page's own order is that of severity; rows without a value come last in both directions.

function reader(key) {
  const detected = keys.find(other => other.name === 'engines_detected');
  return row => {
    const value = valueOf(row, key);
    if (value === '' || value === 'None' || value === '–') return null;
    switch (key.sort) {
      case 'number': return Number(value);
      case 'proportion': return value > 0 ? valueOf(row, detected) / value : null;
      case 'text': return value.toLowerCase();
      default: return value;
    }
  };
}

function inOrderOf(key, way) {
  if (key.sort === 'severity') return way < 0 ? numbers.slice().reverse() : numbers;
  const values = numbers.map(reader(key));
  return numbers.slice().sort((a, b) => {
    if (values[a] === values[b]) return a - b;
    if (values[a] === null) return 1;
    if (values[b] === null) return -1;
    return (values[a] < values[b] ? -1 : 1) * way;
  });
}

function sort() {
  const isSorted = choice.head !== '';
  ordered = isSorted ? inOrderOf(keys[choice.head], choice.way) : numbers;
  heads.forEach((head, index) => {
    if (String(index) === choice.head) head.dataset.way = choice.way; else delete head.dataset.way;
  });
  for (const cell of table.tHead.rows[0].cells) {
    const active = cell.querySelector('[data-way]');
    if (active) cell.setAttribute('aria-sort', active.dataset.way === '1' ? 'ascending' : 'descending');
    else cell.removeAttribute('aria-sort');
  }
  select.value = isSorted ? `${choice.head},${choice.way}` : '';
  showChosen();
}

// Groups of rows. Of many rows only those near the window have elements; the other groups keep their room. Of
// fewer rows all get elements, so that the browser finds words in them: of more than a screenful the first
// group at once, the others (`waiting`) when it has been painted.

const rowsPerGroup = 25, rowsAtOnceMax = 100, rowsInFullMax = 2000;
let groupHeight = rowsPerGroup * 76;
let waiting = [], filling;
const watcher = window.IntersectionObserver && new IntersectionObserver(entries => {
  for (const entry of entries) if (entry.isIntersecting) fill(entry.target); else empty(entry.target);
}, { rootMargin: '1500px 0px' });

function fill(group) {
  if (group.isFilled) return;
  const rows = shown.slice(group.from, group.from + rowsPerGroup);
  group.append(...rows.map(row => row < given.length ? given[row] : makeRow(lines[row - given.length])));
  group.isFilled = true;
  group.style.height = '';
}

function fillWaiting() {
  const group = waiting.shift();
  if (!group) return;
  fill(group);
  filling = setTimeout(fillWaiting, 0);
}

function empty(group) {
  if (!group.isFilled) return;
  groupHeight = group.offsetHeight;
  group.style.height = `${groupHeight}px`;
  group.isFilled = false;
  group.replaceChildren();
}

function arrange() {
  const isLazy = Boolean(watcher) && shown.length > rowsInFullMax;
  watcher?.disconnect();
  for (const group of all('tbody', table)) group.remove();
  const groups = [];
  for (let from = 0; from < shown.length; from += rowsPerGroup) {
    const group = make('tbody');
    const part = Math.min(1, (shown.length - from) / rowsPerGroup);
    group.from = from;
    groups.push(group);
    if (!from || shown.length <= rowsAtOnceMax) fill(group);
    else group.style.height = `${Math.round(groupHeight * part)}px`;
  }
  table.classList.toggle('lazy', isLazy);
  table.append(...groups);
  clearTimeout(filling);
  waiting = isLazy ? [] : groups.filter(group => !group.isFilled);
  if (isLazy) for (const group of groups) watcher.observe(group);
  else filling = setTimeout(fillWaiting, 50);
}

// The tools. The headings stay for paper: a browser does not repeat buttons on each page.

function makeHeads() {
  all('thead [data-name]', table).forEach((label, index) => {
    const head = make('button', label.className, label.textContent);
    head.type = 'button';
    label.before(head);
    heads.push(head);
    const first = ['number', 'time', 'proportion'].includes(keys[index].sort) ? -1 : 1;
    const name = label.textContent.toLowerCase();
    head.addEventListener('click', () => sortByHead(String(index), first));
    addOption(name + (first < 0 ? ', highest first' : ''), index, first);
    addOption(name + (first < 0 ? ', lowest first' : ', backwards'), index, -first);
  });
}

// A heading sorts in one direction, then in the other, then not.
function sortByHead(head, first) {
  if (choice.head !== head) Object.assign(choice, { head, way: first });
  else if (choice.way === first) choice.way = -first;
  else Object.assign(choice, { head: '', way: 1 });
  sort();
  writeChoice();
}

function addOption(label, head, way) {
  const option = make('option', '', label);
  option.value = `${head},${way}`;
  select.append(option);
}

function connectTools() {
  let pause;
  const choose = change => {
    Object.assign(choice, change);
    filter();
    writeChoice();
  };
  select.addEventListener('change', () => {
    const [head, way] = select.value.split(',');
    Object.assign(choice, { head, way: way === '-1' ? -1 : 1 });
    sort();
    writeChoice();
  });
  for (const chip of chips) {
    chip.addEventListener('click', () => {
      choose({ verdicts: toggled(choice.verdicts, chip.dataset.verdict) });
    });
  }
  for (const chip of factChips) {
    chip.addEventListener('click', () => choose({ facts: toggled(choice.facts, chip.dataset.fact) }));
  }
  connectGroups(choose);
  search.addEventListener('input', () => {
    clearTimeout(pause);
    pause = setTimeout(() => choose({ text: search.value }), 150);
  });
  clear.addEventListener('click', () => {
    search.value = '';
    choose({ text: '', verdicts: '', facts: '', group: '' });
    search.focus();
  });
  tools.querySelector('.copyall').addEventListener('click', event => {
    copy(`${shown.map(hashOf).join('\n')}\n`, event.currentTarget);
  });
}

// Without a script a group's link leads to the rows, with it to its own: an address as any other choice.
function connectGroups(choose) {
  groupChip.type = 'button';
  groupChip.hidden = true;
  groupChip.addEventListener('click', () => {
    choose({ group: '' });
    search.focus();
  });
  tools.querySelector('.chips').append(groupChip);
  for (const link of groupLinks) {
    link.href = `#g=${encodeURIComponent(groupName(link))}`;
    link.addEventListener('click', () => tools.scrollIntoView());
  }
}

function connectRows() {
  table.addEventListener('click', event => {
    const button = event.target.closest('.h button');
    if (button) copy(button.closest('tr').querySelector('code').textContent, button);
  });
  // By the reader's hand: the browser's own search opens a row too, and marks what it found in the text.
  table.addEventListener('click', event => {
    const row = event.target.closest('summary')?.parentElement;
    const engines = row?.querySelector('.engines');
    if (engines) engines.replaceWith(makeEngines(engines.textContent));
    const told = row?.querySelector('p.told');
    if (told) told.replaceWith(makeFacts(told));
  });
}

// On paper a few thousand rows are enough; the page says how many there are, and what they were chosen by.
function connectPrinting() {
  const printed = make('p', 'printed muted');
  table.before(printed);
  addEventListener('beforeprint', () => {
    for (const group of waiting.splice(0)) fill(group);
    const isLazy = table.classList.contains('lazy');
    if (isLazy) {
      for (const group of all('tbody', table)) {
        if (group.from < rowsInFullMax) fill(group); else group.hidden = true;
      }
    }
    if (!isLazy && wantsAll()) return;
    const count = isLazy ? `the first ${grouped(rowsInFullMax)} of ` : '';
    const part = wantsAll() ? '' : ` of ${grouped(numbers.length)}`;
    printed.textContent = `Printed are ${count}${grouped(shown.length)}${part} rows${chosenBy()}.`;
  });
  addEventListener('afterprint', () => {
    printed.textContent = '';
    if (table.classList.contains('lazy')) arrange();
  });
}

function chosenBy() {
  const words = chips.filter(chip => choice.verdicts.includes(chip.dataset.verdict))
    .map(chip => chip.dataset.word);
  const parts = [];
  if (choice.text.trim()) parts.push(`those with “${choice.text.trim()}”`);
  if (words.length) parts.push(`verdict ${words.join(' or ')}`);
  for (const chip of factChips) if (choice.facts.includes(chip.dataset.fact)) parts.push(chip.textContent);
  if (choice.group) parts.push(choice.group);
  return parts.length ? `: ${parts.join(', ')}` : '';
}

function startTable() {
  readHead();
  readRows();
  readVerdicts();
  numbers = ordered = shown = Array.from({ length: given.length + lines.length }, (_, number) => number);
  makeHeads();
  connectTools();
  connectRows();
  connectPrinting();
  readChoice();
  showMarks();
  roomForMarks.addEventListener('change', showMarks);
  tools.hidden = false;
  search.value = choice.text;
  if (!wantsAll()) filter();
  if (choice.head !== '') sort();
  else if (wantsAll() && lines.length) arrange();
  sayShown();
  addEventListener('hashchange', followAddress);
  setTimeout(prepareSearchSlowly, 500);
}

if (table) startTable();
