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

function keep() {
  if (!keeping() || !conversation.id || !conversation.exchanges.length) return;
  const { id, exchanges } = conversation;
  const text = JSON.stringify({ id, exchanges, title: exchanges[0].question, time: Date.now() });
  for (const old of kept().filter((item) => item.id !== id).slice(MOST_KEPT - 1)) forget(KEPT + old.id);
  for (;;) {
    try { storage.setItem(KEPT + id, text); break; } catch (_) { // full: the oldest makes room
      const oldest = kept().filter((item) => item.id !== id).pop();
      if (!oldest) break;
      forget(KEPT + oldest.id);
    }
  }
  sessionStorage.setItem(CURRENT, id);
}

function drop(id) { // forgets it for good; a shown conversation ends too, for its next answer would store it again
  forget(KEPT + id);
  if (id === conversation.id) begin();
}

function restore(item) { trigger('select', { id: item.id, exchanges: item.exchanges }); }

function begin() {
  if (storage) sessionStorage.removeItem(CURRENT);
  trigger('clear');
  sheet().remove('or-open');
  document.querySelector('#or-box textarea')?.focus();
}

function listConversations() {
  const items = kept();
  find('.or-private').textContent = say(items.length ? 'conversations.private' : 'conversations.none');
  find('.or-delete-all').hidden = !items.length;
  find('.or-keep-all').checked = keeping();
  find('.or-conversations').replaceChildren(...items.map((item) => {
    const row = make('li', 'or-row');
    const text = make('div', 'or-row-text');
    text.append(make('p', 'or-row-title', item.title), make('p', 'or-row-meta', `${new Date(item.time).toLocaleString()} · ${item.exchanges.length}`));
    const tools = make('div', 'or-row-tools');
    const open = button('or-plain', say('conversations.open'), () => { restore(item); sheet().remove('or-open'); });
    const remove = button('or-plain', say('conversations.delete'), () => { drop(item.id); listConversations(); find('#or-tab-conversations').focus(); });
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
listen(find('.or-delete-all'), 'click', () => { for (const item of kept()) drop(item.id); listConversations(); });
