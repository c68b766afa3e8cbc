/** Names of people across files: `market1501/0002`, whether a file writes 0002, 2 or "2". */

export function personKey(dataset: string, person: string): string {
  return `${dataset}/${plainPerson(person)}`;
}

/** Leading zeros are lost wherever a spreadsheet or a number was between. */
export function plainPerson(person: string): string {
  return person.trim().replace(/^0+(?=\d)/, '');
}
