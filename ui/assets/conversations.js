// Conversations, kept in this browser and nowhere else: listed, reopened, deleted and exported.
//
// Uses dom.js. Python sends the conversation that is shown after each answer (see `receive` in start.js).

const KEPT = 'onrecord:conversation:', CURRENT = 'onrecord:current', KEEP = 'onrecord:keep';
const MOST_KEPT = 100;

let conversation = { id: '', exchanges: [], copies: [] };

// The browser can refuse storage; the page works without it.
const storage = (() => { try { localStorage.setItem(KEEP, localStorage.getItem(KEEP) || 'yes'); return localStorage; } catch (_) { return null; } })();
const remembered = (key) => storage?.getItem(key) ?? null;
const forget = (key) => storage?.removeItem(key);
const keeping = () => storage !== null && remembered(KEEP) !== 'no';

function kept() {
  const found = [];
  for (const key of Object.keys(storage || {}).filter((name) => name.startsWith(KEPT))) {
    try { found.push(JSON.parse(remembered(key))); } catch (_) { forget(key); }
  }
  return found.sort((a, b) => b.time - a.time);
}

// What this tab has read or written of each conversation last: what another tab has added since is what is not in it.
const base = new Map(); // conversation id → its exchanges as text

const exchangesOf = (id) => {
  try { return JSON.parse(remembered(KEPT + id))?.exchanges || []; } catch (_) { return []; }
};

// This tab's exchanges, and after them those that another tab has added. What this tab took away stays away.
function merged(id, own) {
  const known = [...(base.get(id) || [])], mine = own.map((each) => JSON.stringify(each));
  const added = exchangesOf(id).filter((each) => {
    const text = JSON.stringify(each), at = known.indexOf(text);
    if (at >= 0) known.splice(at, 1);
    return at < 0 && !mine.includes(text);
  });
  return [...own, ...added];
}

function keep() {
  if (!keeping() || !conversation.id || !conversation.exchanges.length) return;
  const { id } = conversation;
  const exchanges = merged(id, conversation.exchanges);
  const text = JSON.stringify(exchanges);
  sessionStorage.setItem(CURRENT, id);
  base.set(id, exchanges.map((each) => JSON.stringify(each)));
  if (text === JSON.stringify(exchangesOf(id))) return; // nothing new: another tab need not hear of it
  store({ id, exchanges, title: exchanges[0].question, time: Date.now() });
  if (exchanges.length > conversation.exchanges.length) restore({ id, exchanges }, 'reload');
}

// Writes a conversation. One too many, or a full storage, costs the oldest ones, and that is said.
function store(item) {
  const dropped = kept().filter((other) => other.id !== item.id).slice(MOST_KEPT - 1);
  for (;;) {
    for (const old of dropped.splice(0)) { forget(KEPT + old.id); offerUndo(say('conversations.dropped', { title: old.title }), [old]); }
    try { storage.setItem(KEPT + item.id, JSON.stringify(item)); return; } catch (_) {
      const oldest = kept().filter((other) => other.id !== item.id).pop();
      if (!oldest) { announce(say('conversations.full')); return; }
      dropped.push(oldest);
    }
  }
}

// Another tab has written the conversation that is shown here: this tab shows it too.
listen(window, 'storage', ({ key }) => {
  if (!find('#or-view-conversations').hidden) listConversations();
  if (key !== KEPT + conversation.id || remembered(key) === null || document.querySelector('#chat .or-pending')) return;
  restore({ id: conversation.id, exchanges: exchangesOf(conversation.id) }, 'reload');
});

function drop(items) { // at once, and with a way back; a shown conversation ends too, for its next answer would store it again
  for (const { id } of items) forget(KEPT + id);
  if (items.some(({ id }) => id === conversation.id)) begin();
  offerUndo(say(items.length === 1 ? 'conversations.deleted' : 'conversations.deletedAll', { count: items.length, title: items[0].title }), items);
}

function offerUndo(text, items) {
  announce(text, say('conversations.undo'), () => {
    for (const item of items) if (!remembered(KEPT + item.id)) { base.delete(item.id); store(item); }
    listConversations();
    find('#or-tab-conversations').focus();
  });
}

let restoring = ''; // 'opened' or 'reload' while a kept conversation, and no new answer, is on its way from Python

function restore(item, how = 'opened') {
  base.set(item.id, item.exchanges.map((each) => JSON.stringify(each)));
  restoring = how;
  filtersFollow = how === 'opened' && item.id !== conversation.id;
  trigger('select', { id: item.id, exchanges: item.exchanges });
}

function begin() {
  if (singleFilters().length) { setFilters(NO_FILTERS); announce(say('filters.cleared')); }
  if (storage) sessionStorage.removeItem(CURRENT);
  trigger('clear');
  if (narrow.matches && location.hash) lower();
  document.querySelector('#or-box textarea')?.focus();
}

const spokenTime = (time) => new Date(time).toLocaleString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' });

function listConversations() {
  const items = kept();
  find('.or-private').textContent = say(items.length ? 'conversations.private' : 'conversations.none');
  find('.or-delete-all').hidden = !items.length;
  find('.or-keep-all').checked = keeping();
  find('.or-conversations').replaceChildren(...items.map((item) => {
    const row = make('li', 'or-row');
    const text = make('div', 'or-row-text');
    text.append(make('p', 'or-row-title', item.title), make('p', 'or-row-meta', [spokenTime(item.time), say(item.exchanges.length === 1 ? 'conversations.question' : 'conversations.questions', { count: item.exchanges.length })].join(' · ')));
    const tools = make('div', 'or-row-tools');
    const open = button('or-plain', say('conversations.open'), () => { restore(item); if (narrow.matches) lower(); });
    const remove = button('or-plain', say('conversations.delete'), () => { drop([item]); listConversations(); find('#or-tab-conversations').focus(); });
    open.setAttribute('aria-label', `${say('conversations.open')}: ${item.title}`);
    remove.setAttribute('aria-label', `${say('conversations.delete')}: ${item.title}`);
    tools.append(open, remove);
    row.append(text, tools);
    return row;
  }));
}

async function exportAs(form) {
  if (!conversation.exchanges.length) { announce(say('conversations.empty')); return; }
  try {
    const { text, name } = await call('export_conversation', { form, exchanges: conversation.exchanges });
    const link = make('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch (error) { announce(error.message); }
}

for (const each of findAll('[data-form]')) listen(each, 'click', () => exportAs(each.dataset.form));
listen(find('.or-keep-all'), 'change', (event) => { storage?.setItem(KEEP, event.target.checked ? 'yes' : 'no'); keep(); listConversations(); });
listen(find('.or-delete-all'), 'click', () => { drop(kept()); listConversations(); });
