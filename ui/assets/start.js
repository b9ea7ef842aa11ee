// The beginning: colours, the page's texts, what Python sends, and the place or conversation to open first.
//
// Uses all other scripts, and comes last.

const THEME = 'onrecord:theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
function colour() {
  const chosen = remembered(THEME) || 'system';
  document.body.classList.toggle('dark', chosen === 'dark' || (chosen === 'system' && dark.matches));
  for (const option of findAll('[name=or-theme]')) option.checked = option.value === chosen;
}
listen(dark, 'change', colour);
for (const option of findAll('[name=or-theme]')) listen(option, 'change', () => { storage?.setItem(THEME, option.value); colour(); });
colour();

async function greet() {
  try { page = await call('describe_page'); } catch (error) { announce(error.message); return; }
  const counts = document.querySelector('.or-counts');
  if (counts) counts.textContent = [documentCount(page.documents), answerCount(page.answers)].join(' · ');
  document.querySelector('#or-page').classList.toggle('or-read-only', page.readOnly);
  drawSettings();
  find('.or-upload').hidden = page.readOnly;
  find('.or-readonly').hidden = !page.readOnly;
  find('.or-limit').textContent = say('documents.limit', { megabytes: page.maxBytes / 1e6 });
}

// Gradio repeats a message's markup in its label, which a screen reader would read out.
const labels = new MutationObserver(() => {
  for (const each of findAll('#chat [data-testid=bot][aria-label*="<"], #chat [data-testid=user][aria-label*="<"]', document)) {
    each.removeAttribute('aria-label');
  }
});
labels.observe(document.querySelector('#chat') || document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-label'] });

window.onrecord = {
  stop() { stopping.abort(); labels.disconnect(); drawn.disconnect(); },
  tellWish,
  receive(mail) {
    if (!mail) return;
    conversation = JSON.parse(mail);
    if (storage) sessionStorage.removeItem(ASKED);
    keep();
    followFilters();
    showEvidence();
    // Fetches the cited transcripts, so that a click on a chip does not wait for them.
    for (const exchange of conversation.exchanges.slice(-1)) {
      for (const citation of exchange.answer?.citations || []) source(citation.document_id).catch(() => {});
    }
    if (!find('#or-view-conversations').hidden) listConversations();
    // Somebody else may have changed the archive in the meantime.
    const { generation } = page;
    greet().then(() => {
      if (page.generation === generation) return;
      sources.clear();
      listed = null;
      trigger('change');
      if (!find('#or-view-documents').hidden) listDocuments();
    });
  },
};

// An answer that was asked again brings its filters along; those of the box are what the next question is asked with.
function followFilters() {
  if (!filtersFollow) return;
  filtersFollow = false;
  const last = conversation.exchanges[conversation.exchanges.length - 1];
  setFilters(last ? last.filters : NO_FILTERS);
}

// After a new answer, its first citation is beside it where there is room. What another answer cites is shown no longer.
function showEvidence() {
  const restored = restoring;
  restoring = '';
  if (restored === 'reload') { // the place of its citation among the others is known now
    whenShown(conversation.exchanges.length, () => { if (opened?.view && opened.end) describe(opened.view, opened); });
    return;
  }
  if (restored && !find('#or-view-conversations').hidden) return;
  const stale = /^#(cite|place)\//.test(location.hash);
  if (narrow.matches && !stale) return;
  whenShown(conversation.exchanges.length, () => {
    const [first] = conversation.exchanges.length ? chipsIn(answers().pop()) : [];
    if (first && !narrow.matches) go(first.getAttribute('href'), { chip: first, focus: false, replace: stale || !location.hash });
    else if (stale) go('', { replace: true });
  });
}

// The chat draws its messages a moment after Python has sent them.
function whenShown(count, act, tries = 100) {
  if (answers().length === count && !document.querySelector('#chat .or-pending')) act();
  else if (tries) requestAnimationFrame(() => whenShown(count, act, tries - 1));
}

tellWish();
drawFilters();
greet().then(() => {
  if (filters.document.length) loadChoices();
  drawFilters();
  follow({ focus: false });
});
// Gradio takes events after the page has loaded, and loading brings the greeting.
function whenGreeted(act) {
  if (document.querySelector('#chat .or-answer')) act();
  else setTimeout(() => whenGreeted(act), 50);
}
const current = storage && sessionStorage.getItem(CURRENT);
const before = current && kept().find((item) => item.id === current);
if (before) whenGreeted(() => restore(before, location.hash ? 'reload' : 'opened'));
// A question that was being answered when the page was left is put into the box again.
const unanswered = storage && sessionStorage.getItem(ASKED);
if (unanswered) whenGreeted(() => {
  const box = document.querySelector('#or-box textarea');
  sessionStorage.removeItem(ASKED);
  if (!box || box.value) return;
  box.value = unanswered;
  box.dispatchEvent(new Event('input', { bubbles: true }));
  announce(say('conversations.unanswered'));
});
