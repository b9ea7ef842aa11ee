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
  for (const each of findAll('[data-text]', document)) each.textContent = say(each.dataset.text);
  for (const each of findAll('[data-label]', document)) each.setAttribute('aria-label', say(each.dataset.label));
  const counts = document.querySelector('.or-counts');
  if (counts) counts.textContent = say('documents.count', page);
  document.querySelector('#or-page').classList.toggle('or-read-only', page.readOnly);
  find('.or-encoder').textContent = say('documents.encoder', page);
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
  stop() { stopping.abort(); labels.disconnect(); },
  receive(mail) {
    if (!mail) return;
    conversation = JSON.parse(mail);
    keep();
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
      trigger('change');
      if (!find('#or-view-documents').hidden) listDocuments();
    });
  },
};

greet().then(() => {
  const place = parsePlace(location.hash);
  if (place) openPlace(place, { focus: false });
});
// Gradio takes events after the page has loaded, and loading brings the greeting.
function whenGreeted(act) {
  if (document.querySelector('#chat .or-answer')) act();
  else setTimeout(() => whenGreeted(act), 50);
}
const current = storage && sessionStorage.getItem(CURRENT);
const before = current && kept().find((item) => item.id === current);
if (before) whenGreeted(() => restore(before));
