// A user’s index: its lists are searched by name or title and filtered by state, verdict and day, also where
// it was opened from a share. The lists are those that the page came with (IndexTools, IndexEntry).

const tools = document.querySelector('.tools');
const fields = tools ? all('[name]', tools) : [];
const output = tools?.querySelector('output');
const clear = tools?.querySelector('.clear');
// {element, name, is, day}; `is` holds the letters of state and verdicts, `day` is in the reader's zone.
const items = [];

// When they are needed first: of 20,000 lists it takes a moment.
function readItems() {
  if (items.length) return;
  for (const element of all('.jobs > li, .older > li')) {
    items.push({
      element,
      name: all('h3, :scope > a, :scope > small', element).map(part => part.textContent).join('\n')
        .toLowerCase(),
      is: element.dataset.is ?? '',
      day: localText(new Date(element.querySelector('time').getAttribute('datetime'))).slice(0, 10),
    });
  }
}

function choice() {
  const chosen = {};
  for (const field of fields) chosen[field.name] = field.value.trim();
  return chosen;
}

function fits(item, words, { state, verdict, from, to }) {
  return words.every(word => item.name.includes(word)) &&
    item.is.includes(state) && item.is.includes(verdict) &&
    (!from || item.day >= from) && (!to || item.day <= to);
}

function filter() {
  readItems();
  const chosen = choice(), words = wordsOf(chosen.q);
  const wantsAll = Object.values(chosen).every(value => !value);
  let count = 0;
  for (const item of items) {
    const isShown = fits(item, words, chosen);
    if (item.element.hidden === isShown) item.element.hidden = !isShown;
    if (isShown) count++;
  }
  for (const list of all('.jobs, .older')) {
    list.parentElement.hidden = !list.querySelector(':scope > li:not([hidden])');
  }
  // Its links would lead to what is hidden, and its numbers are those of all lists.
  for (const months of all('.months')) months.hidden = !wantsAll;
  const numbers = [count, items.length].map(number => number.toLocaleString('en'));
  output.textContent = wantsAll ? '' : `${numbers[0]} of ${numbers[1]} shown`;
  clear.hidden = wantsAll;
}

// What the reader chose stands in the address: it survives loading again and can be sent on.

function writtenChoice() {
  const parts = Object.entries(choice()).filter(([, value]) => value)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `#${parts.join('&') || 'all'}`;
}

function writeChoice() {
  const wanted = writtenChoice();
  if (location.hash !== wanted && (wanted !== '#all' || location.hash)) location.replace(wanted);
}

function readChoice() {
  for (const pair of location.hash.slice(1).split('&')) {
    const at = pair.indexOf('=');
    const field = fields.find(other => other.name === pair.slice(0, Math.max(at, 0)));
    if (!field) continue;
    try {
      const value = decodeURIComponent(pair.slice(at + 1));
      if (field.type !== 'date' || /^\d{4}-\d\d-\d\d$/.test(value)) field.value = value;
    } catch { /* An address that this page did not write. */ }
    if (field.selectedIndex === -1) field.selectedIndex = 0;
  }
}

// Another address of the same page, but for those of its months, which only lead there.
function followAddress() {
  const address = location.hash;
  if (address === writtenChoice() || !(address.includes('=') || address === '#all')) return;
  for (const field of fields) field.value = '';
  readChoice();
  filter();
}

function startTools() {
  let pause;
  const choose = () => {
    filter();
    writeChoice();
  };
  for (const field of fields) {
    field.addEventListener('input', () => {
      clearTimeout(pause);
      pause = setTimeout(choose, 150);
    });
  }
  clear.addEventListener('click', () => {
    for (const field of fields) field.value = '';
    choose();
    fields[0].focus();
  });
  tools.hidden = false;
  readChoice();
  if (fields.some(field => field.value)) filter();
  addEventListener('hashchange', followAddress);
}

if (tools) startTools();
