// Who speaks in a document: each speaker's turns and first words, and what a reader can put right.
//
// Uses dom.js, and changed and sources of documents.js and citations.js when a change is made.

const ROLES = ['respondent', 'interviewer', 'other'];
const corrections = new Map(); // document id → the corrections before each change of this visit, to be undone

function whoSpeaks(view) {
  const box = make('details', 'or-who');
  const body = make('div', 'or-who-body');
  box.append(make('summary', '', say('speakers.title')), body);
  box.addEventListener('toggle', async () => {
    if (!box.open || body.childElementCount) return;
    try { fillSpeakers(body, await call('get_speakers', view.id)); } catch (error) { body.textContent = error.message; }
  });
  return box;
}

function fillSpeakers(body, people) {
  const change = (...what) => correct(body, people, { id: people.id, change: what });
  const parts = page.readOnly ? [] : people.suggestions.map((suggested) => suggestion(suggested, change));
  const list = make('ul', 'or-people');
  list.append(...people.speakers.map((person) => speakerRow(person, people, change)));
  parts.push(list);
  if (people.unnamed) parts.push(make('p', 'or-hint', say('speakers.unnamed', { turns: people.unnamed })));
  if (!page.readOnly) parts.push(metaFields(people, change));
  if (people.corrected) parts.push(undoing(body, people));
  body.replaceChildren(...parts);
}

function suggestion([act, name, to], change) {
  const row = make('p', 'or-suggestion', say(act === 'merge' ? 'speakers.suggestMerge' : 'speakers.suggestName', { name, to }));
  const yes = button('or-plain', say('speakers.yes'), () => change(act, name, to));
  yes.setAttribute('aria-label', `${say('speakers.yes')}: ${row.textContent}`);
  row.append(' ', yes);
  return row;
}

function speakerRow(person, people, change) {
  const row = make('li', 'or-person');
  const head = make('p', 'or-row-title');
  const name = make('bdi', '', person.name);
  head.append(name);
  if (!person.certain) head.append(' ', make('small', 'or-doubt', say('speakers.uncertain')));
  const count = say(person.turns === 1 ? 'speakers.turn' : 'speakers.turns', person);
  const printed = person.labels.some((label) => label !== person.name) ? say('speakers.printed', { labels: person.labels.join(', ') }) : '';
  row.append(head, make('p', 'or-row-meta', [count, printed].filter(Boolean).join(' · ')));
  const first = make('p', 'or-first', person.first);
  first.dir = 'auto';
  row.append(first);
  if (page.readOnly) {
    row.append(make('p', 'or-row-meta', say(`speakers.${person.role}`)));
    return row;
  }
  const tools = make('div', 'or-row-tools');
  const labelled = (text, act) => {
    const made = button('or-plain', text, act);
    made.setAttribute('aria-label', `${text}: ${person.name}`);
    return made;
  };
  tools.append(roleChoice(person, change));
  tools.append(labelled(say('speakers.rename'), () => renaming(row, tools, person, change)));
  if (people.speakers.length > 1) tools.append(labelled(say('speakers.merge'), () => merging(row, tools, person, people, change)));
  tools.append(labelled(say('speakers.nobody'), () => change('nobody', person.name, '')));
  if (person.labels.length > 1) {
    for (const label of person.labels) if (label !== person.name) tools.append(labelled(say('speakers.split', { label }), () => change('split', label, '')));
  }
  row.append(tools);
  return row;
}

function roleChoice(person, change) {
  const choice = make('select', 'or-role');
  choice.setAttribute('aria-label', say('speakers.role', person));
  for (const role of ROLES) {
    const option = make('option', '', say(`speakers.${role}`));
    option.value = role;
    option.selected = role === person.role;
    choice.append(option);
  }
  choice.addEventListener('change', () => change('role', person.name, choice.value));
  return choice;
}

function renaming(row, tools, person, change) {
  const box = make('input', 'or-field');
  box.value = person.name;
  asking(row, tools, say('speakers.newName', person), box, () => change('rename', person.name, box.value));
  box.select();
}

function merging(row, tools, person, people, change) {
  const choice = make('select', 'or-field');
  for (const { name } of people.speakers) if (name !== person.name) choice.append(make('option', '', name));
  asking(row, tools, say('speakers.who', person), choice, () => change('merge', person.name, choice.value));
}

// A field in the place of the tools, with what it asks for, until it is saved or left.
function asking(row, tools, text, field, save) {
  const form = make('form', 'or-asking');
  const label = make('label', '', `${text} `);
  label.append(field);
  const close = () => { form.remove(); tools.hidden = false; find('button', tools).focus(); };
  const submit = button('or-plain', say('speakers.save'), () => {});
  submit.type = 'submit';
  form.append(label, submit, button('or-plain', say('speakers.cancel'), close));
  form.addEventListener('submit', (event) => { event.preventDefault(); save(); });
  form.addEventListener('keydown', (event) => { if (event.key === 'Escape') { event.stopPropagation(); close(); } });
  tools.hidden = true;
  row.append(form);
  field.focus();
}

function metaFields(people, change) {
  const fields = make('div', 'or-meta-fields');
  for (const [key, text] of [['title', 'speakers.title_'], ['date', 'speakers.date'], ['place', 'speakers.place']]) {
    const box = make('input', 'or-field');
    if (key === 'date') box.type = 'date';
    box.value = people[key];
    box.addEventListener('change', () => { if (box.value.trim()) change('meta', key, box.value.trim()); });
    const label = make('label', '', `${say(text)} `);
    label.append(box);
    fields.append(label);
  }
  return fields;
}

function undoing(body, people) {
  const line = make('p', 'or-corrected', say('speakers.corrected'));
  if (page.readOnly) return line;
  const earlier = corrections.get(people.id) || [];
  if (earlier.length) {
    line.append(' ', button('or-plain', say('speakers.undo'), () => correct(body, people, { id: people.id, restore: earlier[earlier.length - 1] }, true)));
  }
  line.append(' ', button('or-plain', say('speakers.reset'), () => correct(body, people, { id: people.id, restore: '' })));
  return line;
}

async function correct(body, people, what, undo = false) {
  body.inert = true;
  let result;
  try { result = await call('correct_speakers', what); } catch (error) { announce(error.message); body.inert = false; return; }
  const earlier = corrections.get(people.id) || [];
  corrections.set(people.id, undo ? earlier.slice(0, -1) : [...earlier, result.before]);
  announce(say('speakers.done'));
  sources.delete(people.id);
  await changed();
  await openDocument(people.id);
  const box = find('.or-who');
  fillSpeakers(find('.or-who-body', box), result);
  box.open = true;
  find('summary', box).focus();
}
