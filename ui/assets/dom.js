// Elements, texts and calls to the server: what all other scripts use.
//
// The scripts are joined to one in the order of `ui/page/script.py`. Gradio runs it once, with `element` (the pane),
// `trigger` (sends an event to Python) and `server` (functions that Python answers, see `ui/page/calls.py`).
// No text of a document, a user or a model is ever parsed as HTML in them: it goes through textContent.

const find = (selector, root = element) => root.querySelector(selector);
const findAll = (selector, root = element) => [...root.querySelectorAll(selector)];
let page = { texts: {}, readOnly: true, maxBytes: 0 }; // what `describe_page` says of the server

// Gradio can run the script again in the same window; the earlier run then takes back its listeners.
if (window.onrecord) window.onrecord.stop();
const stopping = new AbortController();
const listen = (target, kind, act, options = {}) => target.addEventListener(kind, act, { signal: stopping.signal, ...options });

function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(className, text, act) {
  const made = make('button', className, text);
  made.type = 'button';
  made.addEventListener('click', act);
  return made;
}

function say(name, values = {}) {
  return (page.texts[name] || name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '');
}

// A sentence at the lower edge, for a while; with `act`, a button beside it, for longer.
function announce(text, label = '', act = null) {
  const line = document.querySelector('.or-status');
  line.replaceChildren(text);
  if (act) line.append(' ', button('or-plain', label, () => { line.replaceChildren(); act(); }));
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => { if (!line.contains(document.activeElement)) line.replaceChildren(); }, act ? 20_000 : 6000);
}

async function call(name, value = null) {
  let result;
  try { result = await server[name](value); } catch (_) { throw new Error(say('error.server')); }
  if (result === undefined || result === null) throw new Error(say('error.server'));
  if (result.error) throw new Error(result.error);
  return result;
}

// As plain text, and as HTML for programs that take it.
async function copy(text, html = '') {
  try {
    if (html && window.ClipboardItem) {
      const kinds = { 'text/plain': text, 'text/html': html };
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(Object.entries(kinds).map(([kind, value]) => [kind, new Blob([value], { type: kind })])))]);
    } else await navigator.clipboard.writeText(text);
  } catch (_) { // no clipboard without a secure origin
    const area = make('textarea', 'or-offscreen');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  announce(say('pane.copied'));
}

const grouped = (count) => count.toLocaleString('en');
const answerCount = (count) => say(count === 1 ? 'documents.answer' : 'documents.answers', { count: grouped(count) });
const documentCount = (count) => say(count === 1 ? 'documents.one' : 'documents.many', { count: grouped(count) });
const clock = (seconds) => new Date(1000 * Math.floor(seconds)).toISOString().slice(11, 19);
const characters = (place) => say('pane.characters', place);
const sheet = () => document.querySelector('#or-page').classList;
