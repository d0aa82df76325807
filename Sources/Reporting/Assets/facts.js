// What is told of files beside their engines: the letters by which rows are chosen (FactMark), and
// the lines of an opened row (FactLines).

const factChips = all('.tools [data-fact]');
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
