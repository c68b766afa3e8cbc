/** What the search is for: "case 4711: stolen bag", "purpose: missing child". */
import type { Rule } from './reading.ts';

const lead =
  "^\\s*(?:(?:please|ok|hi|hello|so|and)[\\s,]+){0,2}(?:(?:this|it|that|the search|search)(?:'?s| is| was)?\\s+)?(?:(?:for|about|regarding|re|concerning|under|on|new)[\\s:]+)?(?:the |a |my |our )?";
const id = '[a-z]{0,5}[-/]?\\d[\\w./-]*';
const numbered = new RegExp(
  `${lead}(case|incident|ticket|file|investigation|report|job|reference|ref|crime(?: no)?|cad|log)\\s*(?:reference|ref|id|file)?\\s*(?:no\\.?|number|nr\\.?|num|#)?\\s*[:#]?\\s*(?=${id}(?:\\s|[:,.-]|$))`,
);
const stated = new RegExp(
  `${lead}(?:purpose\\s+(?=[a-z])|(?:case|purpose|reason|incident|grounds|background|objective|why we search|search reason)(?:\\s+(?:of|for)(?: (?:the|this|my))? (?:search|request|query|looking))?\\s*(?:[:=]|is\\b|-\\s))\\s*(?=\\S)`,
);

export const readCase: Rule = (line, reading) => {
  const found = numbered.exec(line.text) ?? stated.exec(line.text);
  if (!found || reading.has('case')) return;
  // "Incident 88" keeps its name, as it is another list of numbers than the cases'.
  const named = found[1] !== undefined && found[1] !== 'case';
  const from = named ? found.index + found[0].indexOf(found[1]!) : found[0].length;
  reading.add({ act: 'case', purpose: line.original(from, line.text.length).trim() });
  line.blank(0, line.text.length);
};
