// The rows of a report. A row is an element that the page came with (HTMLRow), or a line of text (TextRow) of
// which an element is made while it is near the window. Columns and their order are those of ReportColumn:
// they are read from the table's head and from the list of fields above the lines.

const table = document.querySelector('.rows');
// The cells of a row: {name, sort, vendor, notes}; `notes` are the columns below it, in the second line.
const columns = [];
// What rows are sorted by: {name, sort, cell, note}; `cell` is the index among the cells, `note` the one
// among the elements of the second line, -1 for a cell's own value.
const keys = [];
const given = [];
const lines = [];
// The index of each column in a line, by its name.
const fields = {};
// The letter and the word of each verdict, by its name.
const verdicts = {};

function readHead() {
  let notes = 0;
  all('thead th', table).forEach((head, cell) => {
    const below = head.dataset.notes ? head.dataset.notes.split(' ') : [];
    const note = below.length ? notes++ : -1;
    all('[data-name]', head).forEach((label, index) => {
      const { name, sort } = label.dataset;
      if (!index) columns.push({ name, sort, vendor: head.dataset.vendor, notes: below });
      keys.push({ name, sort, cell, note: index ? note : -1 });
    });
  });
}

function readRows() {
  for (const row of all('tbody tr', table)) given.push(row);
  const rest = document.querySelector('.rest');
  if (!rest) return;
  rest.querySelector('.fields').textContent.split(' · ').forEach((name, index) => { fields[name] = index; });
  for (const block of all('pre', rest)) {
    for (const line of block.textContent.split('\n')) if (line) lines.push(line);
  }
  rest.remove();
}

function readVerdicts() {
  for (const chip of all('.tools [data-verdict]')) {
    verdicts[chip.dataset.word] = { letter: chip.dataset.verdict, label: chip.dataset.cell };
  }
}

// Values. Of a line of text only the wanted field is cut out: sorting reads one field of 100,000 lines.

function textOf(element) {
  return element ? element.textContent.trim() : '';
}

function valueInElement(row, key) {
  const isNote = key.note >= 0;
  const place = isNote ? row.cells[columns.length].querySelectorAll('i')[key.note] : row.cells[key.cell];
  switch (key.sort) {
    case 'time': return place.querySelector('time')?.getAttribute('datetime') ?? '';
    case 'number': return place.querySelector('data')?.value ?? (isNote ? '' : textOf(place));
    case 'proportion': return textOf(place).split(' of ')[1] || '';
    default: return textOf(isNote ? place.querySelector('span') : place.querySelector('code') || place);
  }
}

function valueInLine(line, index) {
  let from = 0;
  for (let field = 0; field < index; field++) from = line.indexOf('\t', from) + 1;
  const to = line.indexOf('\t', from);
  return line.slice(from, to < 0 ? line.length : to);
}

function valueOf(row, key) {
  return row < given.length
    ? valueInElement(given[row], key)
    : valueInLine(lines[row - given.length], fields[key.name]);
}

function hashOf(row) {
  return valueOf(row, keys[0]);
}

function letterOf(row) {
  return row < given.length
    ? given[row].className
    : verdicts[valueInLine(lines[row - given.length], fields.verdict)].letter;
}

// Elements out of lines, as HTMLRow writes them.

function make(name, style, content) {
  const element = document.createElement(name);
  if (style) element.className = style;
  if (content) element.textContent = content;
  return element;
}

function makeTime(written, words) {
  const time = make('time', words ? 'age' : '', words || written);
  time.setAttribute('datetime', written);
  localise(time);
  return time;
}

function grouped(number) {
  return Number(number).toLocaleString('en');
}

function sizeText(bytes) {
  const units = [bytes === '1' ? 'byte' : 'bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  let value = Number(bytes), unit = 0;
  while (value >= 1023.5 && unit < 6) {
    value /= 1024;
    unit++;
  }
  const figures = unit && value < 99.95 ? Math.round(value * 10) / 10 : grouped(Math.round(value));
  return `${figures} ${units[unit]}`;
}

function makeRow(line) {
  const texts = line.split('\t');
  const value = name => texts[fields[name]];
  const row = make('tr', verdicts[value('verdict')].letter);
  row.append(makeHead(value('hash')));
  for (const column of columns.slice(1)) row.append(makeCell(column, value));
  const second = make('td', 'd');
  second.colSpan = columns.length;
  for (const column of columns) if (column.notes.length) second.append(makeNote(column, value));
  if (value('reason')) second.append(make('p', 'why', value('reason')));
  if (value('allowed')) second.append(make('p', 'why', `Allowed; by its engines ${value('allowed')}`));
  row.append(second);
  return row;
}

function makeHead(hash) {
  const head = make('th', 'h');
  head.scope = 'row';
  const button = make('button', '', 'copy');
  button.type = 'button';
  button.title = 'Copy this hash';
  const link = make('a', '', 'VT');
  link.rel = 'noreferrer';
  link.title = 'Open at VirusTotal';
  link.href = table.dataset.link + hash;
  const actions = make('span', 'a');
  actions.append(button, link);
  head.append(make('code', '', hash), actions);
  return head;
}

function makeCell(column, value) {
  const written = value(column.name);
  if (column.name === 'verdict') return make('td', 'v verdict', verdicts[written].label);
  const cell = make('td', column.vendor === undefined ? column.name : '');
  if (column.vendor !== undefined) cell.dataset.vendor = column.vendor;
  if (column.name === 'engines_total') {
    const detected = value('engines_detected');
    if (written) cell.append(makeBar(detected, written), `${detected} of ${written}`);
  } else if (written === 'None' || written === '–') {
    cell.append(make('span', 'none', written));
  } else if (written) {
    cell.append(column.sort === 'time' ? makeTime(written) : make('bdi', '', written));
  }
  return cell;
}

function makeBar(part, whole) {
  const space = 'http://www.w3.org/2000/svg';
  const bar = document.createElementNS(space, 'svg');
  const rect = document.createElementNS(space, 'rect');
  bar.setAttribute('class', 'b');
  bar.setAttribute('aria-hidden', 'true');
  rect.setAttribute('width', `${whole > 0 ? Math.round(part / whole * 100) : 0}%`);
  rect.setAttribute('height', '16');
  bar.append(rect);
  return bar;
}

function makeNote(column, value) {
  const note = make('i', column.vendor === undefined ? column.name : '');
  if (column.vendor !== undefined) note.dataset.vendor = column.vendor;
  if (column.name === 'hash') note.append({ 32: 'MD5', 40: 'SHA-1', 64: 'SHA-256' }[value('hash').length]);
  for (const name of column.notes) {
    const parts = noteParts(name, value(name));
    if (parts.length && note.hasChildNodes()) note.append(', ');
    note.append(...parts);
  }
  return note;
}

function noteParts(name, written) {
  if (!written) return [];
  switch (name) {
    case 'asked_as': return [`asked as ${written}`];
    case 'asked_at': return ageParts(written.split(', '));
    case 'size_bytes': return [sizeText(written)];
    case 'line': return [`line ${grouped(written)}`];
    case 'occurrences': return written > 1 ? [`${grouped(written)} times`] : [];
    default: {
      const sort = keys.find(key => key.name === name)?.sort;
      if (sort === 'time') return [makeTime(written)];
      return [sort === 'number' ? grouped(written) : make('bdi', '', written)];
    }
  }
}

// The engines of a row, which the page came with as lines `NAME: RESULT`.
function makeEngines(lines) {
  const list = make('ul');
  for (const line of lines.split('\n').filter(Boolean)) {
    const at = line.indexOf(': ');
    const item = make('li');
    const name = make('b');
    name.append(make('bdi', '', line.slice(0, at)));
    item.append(name, ': ', make('bdi', '', line.slice(at + 2)));
    list.append(item);
  }
  return list;
}

// `2026-11-23T20:10Z, 3 hours old`, or with `stale` between.
function ageParts(parts) {
  const age = makeTime(parts[0], parts[parts.length - 1]);
  return parts.length > 2 ? [make('b', 'stale', 'stale,'), ' ', age] : [age];
}
