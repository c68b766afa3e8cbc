/** One message and what was answered to it. */
import { actLabel } from './act-label.js';
import { cardsView, factsView, pastView, sheetButton, verdictView } from './answer-view.js';
import { pictureUrl } from './api.js';
import { h, icon } from './dom.js';
import { peopleView } from './people-view.js';
import { showPicture } from './picture-dialog.js';

/** @param {import('./talk.js').Exchange} exchange */
export function exchangeView(exchange, context) {
  const { message, reply, failed } = exchange;
  return h(
    'div.exchange',
    { data: { message: exchange.id } },
    message && saidView(message, context),
    (reply || failed || !exchange.done || !message) &&
      h(
        'div.answer',
        {},
        reply && replyView(exchange, context),
        failed && errorView(failed),
        exchange.sending === 'waiting' &&
          h('p.soft', {}, 'The connection is lost; this is sent as soon as it is back.'),
        isWorking(exchange) && !reply && workingView(exchange, context),
      ),
    exchange.done && !reply && !failed && h('p.facts', {}, 'The answer to this is not kept any more.'),
  );
}

const isWorking = ({ done, failed, reply, sending }) =>
  !failed && !done && reply?.stage !== 'final' && sending !== 'waiting';

/** A talk may have more than one who speaks: whoever lets its search go on. */
function saidView({ user, text, pictures, local, acts, notes }, { me }) {
  const other = user && me() && user !== me() && user.slice(user.indexOf(':') + 1);
  const shown = local ?? pictures.map((id) => ({ url: pictureUrl(id), id }));
  return h(
    'div.said',
    {},
    h(other ? 'h2.who' : 'h2.unseen', {}, other || 'You'),
    shown.length > 0 &&
      h(
        'div.sent-pictures',
        {},
        shown.map(({ url, id, name }) => sentPicture(url, id, name)),
      ),
    text && h('p.words', {}, text),
    !text && acts.length > 0 && acts.map((act) => h('p.pressed', {}, actLabel(act))),
    notes?.map((note) => h('p.small', {}, note)),
  );
}

function sentPicture(url, id, name) {
  const image = h('img', {
    src: url,
    alt: name ?? 'The picture that was sent',
    onerror: ({ target }) => target.replaceWith(h('span.pressed', {}, name ?? 'A picture')),
  });
  return id
    ? h(
        'button.picture-button',
        { 'aria-label': 'Open the picture', onclick: () => showPicture({ pictureId: id, title: 'Picture' }) },
        image,
      )
    : image;
}

function replyView(exchange, context) {
  const { reply } = exchange;
  const { answer, text, question, people, error, notes, buttons } = reply;
  const { talk, press } = context;
  const current = talk.current === exchange;
  const latest = talk.latestReply === reply;
  const search = answer && current;
  return [
    search && verdictView(reply, isWorking(exchange) && workingView(exchange, context)),
    text.map((sentence) => h('p.sentence', {}, search ? withoutVerdict(sentence, answer) : sentence)),
    error && errorView(error),
    search && cardsView(reply, context),
    answer && !current && pastView(reply, context),
    people && latest && peopleView(people, press),
    question &&
      latest &&
      h(
        'div.question',
        { role: 'group', 'aria-label': question.question.text },
        h('p', {}, question.question.text),
        h(
          'div.row',
          {},
          question.buttons.map(({ label, act }) =>
            h('button.primary', { onclick: () => press([act]) }, label),
          ),
        ),
      ),
    (latest || search) &&
      reply.stage === 'final' &&
      (buttons.length > 0 || search) &&
      h(
        'div.row',
        {},
        buttons.map(({ label, act }) => h(buttonKind(act, search), { onclick: () => press([act]) }, label)),
        search && answer.cards.length > 0 && sheetButton(talk.id, reply),
      ),
    latest &&
      buttons.some(({ act }) => act.act === 'approve') &&
      h('p.soft.small', {}, 'Whoever is to approve it needs the address of this page.'),
    notes.length > 0 &&
      h(
        'div.notes',
        {},
        notes.map((note) => h('p', {}, note)),
      ),
    search && factsView(reply),
  ];
}

/** What somebody waits for stands out. */
function buttonKind({ act }, search) {
  if (act === 'approve') return 'button.primary';
  return search ? 'button.outlined' : 'button.quiet';
}

/** The headline says it already: `Found: among 900 pictures …` */
function withoutVerdict(sentence, answer) {
  const [, rest] = sentence === answer.sentence ? (/^[^:]{4,30}: (.*)$/s.exec(sentence) ?? []) : [];
  return rest ? rest[0].toUpperCase() + rest.slice(1) : sentence;
}

function errorView({ message, next }) {
  return h('div.error', { role: 'group', 'aria-label': 'Error' }, h('p.what', {}, message), h('p', {}, next));
}

function workingView({ reply, sending }, { stop }) {
  return h(
    'div.working',
    {},
    h('span.pulse', { 'aria-hidden': 'true' }),
    h('span', {}, sending ? 'Sending' : reply ? 'The language model is comparing the candidates' : 'Looking'),
    !sending && h('button.quiet', { onclick: stop }, icon('stop'), 'Stop'),
  );
}
