// What every page does: it shows times in the reader's zone, and loads itself again while it is not final.
// Every page is complete without it. The files of one page stand in one function (PageAsset).

const root = document.documentElement;
root.classList.add('js');

function all(selector, inside = document) {
  return Array.from(inside.querySelectorAll(selector));
}

// The words of a search, each of which must occur; between double quotes several are one (SearchWords).
function wordsOf(text) {
  return text.toLowerCase().split('"').flatMap((part, place) => {
    const words = part.split(/\s+/).filter(Boolean);
    return place % 2 ? words.join(' ') : words;
  }).filter(Boolean);
}

// Times are written in UTC and shown in the reader's zone: the first ones at once, the rest while the page is
// idle.
const timesPerTurn = 1000;

function localText(date) {
  const two = number => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`;
}

function localise(time) {
  const written = time.getAttribute('datetime');
  const date = new Date(written);
  if (isNaN(date)) return;
  const utc = written.replace('T', ' ').replace('Z', ' UTC');
  if (time.className === 'age') {
    time.title = `asked ${localText(date)} (${utc})`;
  } else {
    time.title = utc;
    time.textContent = localText(date);
  }
}

function localiseFrom(start, times) {
  const end = Math.min(start + timesPerTurn, times.length);
  for (let index = start; index < end; index++) localise(times[index]);
  if (end < times.length) setTimeout(localiseFrom, 10, end, times);
}

function nameZone() {
  let zone = '';
  try {
    zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  } catch { /* Without a name it is still the reader's time. */ }
  for (const element of all('.zone')) element.textContent = zone ? `your time, ${zone}` : 'your time';
}

// Loading again. The web page gives an address for it, which tells the server that the user did nothing; that
// part of the address is not shown.
const scrollKey = `hashdrop ${location.pathname}`;

function restoreScrolling() {
  try {
    const scrolled = sessionStorage.getItem(scrollKey);
    sessionStorage.removeItem(scrollKey);
    if (scrolled !== null) scrollTo(0, Number(scrolled));
  } catch { /* Without storage the browser's own memory of the scroll position has to do. */ }
}

// Loading again would take away the selection, the focus and the details that the reader has opened.
function isBusy() {
  const active = document.activeElement;
  return document.hidden || Boolean(document.querySelector('details[open]:not([data-by-script])')) ||
    Boolean(active && active !== document.body) || String(getSelection()) !== '';
}

function loadAgain() {
  try {
    sessionStorage.setItem(scrollKey, String(scrollY));
  } catch { /* As above. */ }
  if (root.dataset.live) location.replace(root.dataset.live); else location.reload();
}

function startRefreshing(seconds) {
  const live = document.querySelector('.live');
  let waited = 0;
  setInterval(() => {
    const busy = isBusy();
    waited++;
    if (live) {
      live.textContent = busy
        ? 'Not refreshed while you search, select, read details or have something in focus.'
        : 'Refreshes by itself.';
    }
    if (!busy && waited >= seconds) loadAgain();
  }, 1000);
}

// A page that should have been written anew by now says so: hashdrop is away, or its disk is full. Whether it
// was is seen by loading it again.
const ageLook = 30000;

function watchAge() {
  const notice = document.querySelector('.away');
  if (!notice) return;
  const isLate = () => Date.now() > Date.parse(notice.dataset.due);
  notice.hidden = !isLate();
  setInterval(() => {
    if (isLate() && !isBusy()) loadAgain();
  }, ageLook);
}

localiseFrom(0, all('time'));
nameZone();
watchAge();
if (/[?&]live$/.test(location.search)) {
  history.replaceState(null, '', location.pathname + location.search.replace(/[?&]live$/, ''));
}
restoreScrolling();
if (root.dataset.refresh > 0) startRefreshing(Number(root.dataset.refresh));
