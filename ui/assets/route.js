// Addresses: what the right side shows stands in the address, with a history entry of its own, so that Back goes back.
//
//   #cite/ID.START-END   words that an answer cites, #place/ID.START-END words that lie near a question
//   #document/ID         a transcript from its beginning
//   #documents, #conversations   the lists
//   nothing              the chat, with the documents beside it where there is room
//
// Uses dom.js; what an address shows is in the scripts after this one.

const narrow = matchMedia('(max-width: 900px)');
let opener = null; // what was clicked in the chat before the sheet came up: the focus goes back to it

const addressOf = (id) => `#document/${encodeURIComponent(id)}`;

// Shows what a link says. An entry knows how many of this visit lie below it, so that the sheet can be closed at once.
function go(link, { replace = false, ...how } = {}) {
  const depth = history.state?.depth ?? 0;
  if (!location.hash) opener = document.activeElement;
  if (replace || link === location.hash) history.replaceState({ ...history.state, depth }, '', link || location.pathname + location.search);
  else history.pushState({ depth: depth + 1 }, '', link || location.pathname + location.search);
  return follow(how);
}

function follow({ focus = true, chip = null } = {}) {
  const link = location.hash;
  sheet().toggle('or-open', link !== '');
  if (!link) return show('documents');
  const view = { '#documents': 'documents', '#conversations': 'conversations', '#transcript': 'transcript' }[link];
  if (view) return show(view, focus);
  if (link.startsWith('#document/')) return openDocument(decoded(link.slice('#document/'.length)));
  return openPlace(parsePlace(link), { focus, chip });
}

function decoded(text) {
  try { return decodeURIComponent(text); } catch (_) { return text; }
}

// Closes the sheet, to what was clicked before. An address that the visit began with has nothing below it.
function lower() {
  const depth = history.state?.depth ?? 0;
  if (depth > 0) history.go(-depth);
  else { go('', { replace: true }); backToChat(); }
}

function backToChat() {
  const chip = chipOf(opened)?.link;
  const target = [chip, opener, document.querySelector('#or-box textarea')].find((each) => each?.isConnected && each !== document.body);
  target?.focus({ preventScroll: target !== chip });
}

listen(window, 'popstate', () => {
  follow({ focus: false });
  if (!location.hash && narrow.matches) backToChat();
});

// The views: one tab each. On a narrow screen the pane is a sheet over the chat, which is up while the address names a view.
function show(view, focus = false) {
  for (const tab of findAll('[role=tab]')) {
    const chosen = tab.dataset.view === view;
    tab.setAttribute('aria-selected', chosen);
    tab.tabIndex = chosen ? 0 : -1;
    find(`#or-view-${tab.dataset.view}`).hidden = !chosen;
    if (chosen && focus) tab.focus();
  }
  if (view === 'documents') listDocuments(false);
  if (view === 'conversations') { listConversations(); listSaved(); }
}

// To another tab. On a narrow screen that changes what the sheet shows, and Back still closes it.
function turnTo(view) {
  const link = view === 'transcript' ? (opened && opened.link) || '#transcript' : `#${view}`;
  go(link, { replace: narrow.matches && location.hash !== '' });
  find(`#or-tab-${view}`).focus();
}

for (const tab of findAll('[role=tab]')) {
  listen(tab, 'click', () => turnTo(tab.dataset.view));
  listen(tab, 'keydown', (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const tabs = findAll('[role=tab]');
    turnTo(tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length].dataset.view);
  });
}
listen(find('.or-back'), 'click', () => lower());
