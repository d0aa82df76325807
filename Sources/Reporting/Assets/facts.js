// What VirusTotal tells of files beside their engines: the letters by which rows are chosen (FactMark), and
// the lines of an opened row (FactLines).

const factChips = all('.tools [data-fact]');
const marks = document.querySelector('.marks');
const roomForMarks = matchMedia('(min-width: 40.01rem)');
// Letters of which a file has one at most: of several that are chosen, any will do. Of the others, all must
// be there.
const signatureLetters = 'sur';
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
  if (marks && (roomForMarks.matches || choice.facts)) marks.open = true;
}

function prepareFacts() {
  factLetters ??= numbers.map(factLettersOf);
}

function fitsFacts(row, chosen) {
  let asked = false, found = false;
  for (const letter of chosen) {
    const has = factLetters[row].includes(letter);
    if (!signatureLetters.includes(letter)) {
      if (!has) return false;
    } else {
      asked = true;
      found ||= has;
    }
  }
  return found || !asked;
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
        const at = text.indexOf(': ');
        words = make('dd');
        list.append(make('dt', '', text.slice(0, at)), words);
        text = text.slice(at + 2);
      }
      words.append(text);
    });
  }
  return list;
}
