/** What can be said to the bot. */
export const helpText: readonly string[] = [
  'Describe the person, send a picture, or both. What you say adds up; a newer word about the same thing replaces the older one.',
  'Narrow it down: "camera 3", "in the lobby", "Tuesday afternoon", "no hat".',
  'Numbers are the candidates: "not 2" rules one out, "use 1" searches with one, "why 1" gives reasons, "compare 1 and 2", "is 1 the same person as 3?", "what does 1 look like?".',
  '"more" shows the next ones, "undo" takes the last change back, "start over" forgets this search.',
  '"keep this picture, camera 3" puts a picture you send into the gallery; "forget picture 2" removes one from it. "case: missing child" says what the search is for, and "approved" lets somebody else\'s search go on that waits for a second person.',
];
