// What is told of files beside their engines: the letters by which rows are chosen (FactMark, GroupLetters),
// and the lines of an opened row (FactLines).

const factChips = all('.tools [data-fact]');
const marks = document.querySelector('.marks');
const roomForMarks = matchMedia('(min-width: 40.01rem)');
// Groups of letters of which a file has one at most: of several that are chosen, any will do. Of the others,
// all must be there.
const alternatives = ['sur', 'bf'];
// The letters of each row, when they are first needed.
let factLetters = null;

function factLettersOf(row) {
  return row < given.length
    ? given[row].dataset.facts ?? ''
    : valueInLine(lines[row - given.length], fields.facts);
}

function knownFacts(text) {
  return factChips.map(chip => chip.dataset.fact).filter(letter => text.includes(letter)).join('');
}

// Where the chips fit they are always shown (report.css has no summary there), and on a phone once one of
// them is chosen.
function showMarks() {
  if (!marks || !(roomForMarks.matches || choice.facts)) return;
  marks.open = true;
  marks.dataset.byScript = '';
}

function prepareFacts() {
  factLetters ??= numbers.map(factLettersOf);
}

function fitsFacts(row, chosen) {
  const letters = factLetters[row];
  for (const letter of chosen) {
    if (letters.includes(letter)) continue;
    const group = alternatives.find(group => group.includes(letter));
    if (!group || !holdsOne(letters, group, chosen)) return false;
  }
  return true;
}

function holdsOne(letters, group, chosen) {
  for (const letter of chosen) if (group.includes(letter) && letters.includes(letter)) return true;
  return false;
}

// The groups below the drawings (JobGroups). In the address a group has its kind and its name: its letter may
// be another one's in the next report. A name that is cut has how much was cut.
const groupLinks = all('#groups [data-group]');

function groupName(link) {
  return `${link.dataset.kind}: ${link.textContent}`;
}

function groupNamed(name) {
  return groupLinks.find(link => groupName(link) === name);
}

function toggled(letters, letter) {
  return letters.includes(letter) ? letters.replace(letter, '') : letters + letter;
}

// The page came with the lines as text, `LABEL: SENTENCES`; elements in it, which keep a direction of writing
// to themselves, are moved.
function makeFacts(told) {
  const list = make('dl', 'told');
  let words = null;
  for (const node of Array.from(told.childNodes)) {
    if (node.nodeType !== Node.TEXT_NODE) {
      words.append(node);
      continue;
    }
    node.data.split('\n').forEach((text, index) => {
      if (index || !words) {
        if (!text) return;
        const at = text.search(/:\s/);
        words = make('dd');
        list.append(make('dt', '', text.slice(0, at)), words);
        text = text.slice(at + 1);
      }
      words.append(text);
    });
  }
  return list;
}

// What an opened row tells from outside, without the page's own words: what stands between two tabs. Of an
// opened one the lines are elements.
function toldTexts(row) {
  const told = row.querySelector('.told');
  if (!told) return [];
  const lines = told.tagName === 'DL'
    ? all('dd', told).map(line => line.textContent)
    : told.textContent.split('\n');
  return lines.flatMap(line => line.split('\t').filter((_, index) => index % 2));
}
