/** Calls to the server. What fails is an ApiError with a sentence and what to do next. */

export class ApiError extends Error {
  constructor({ code, message, next }, status) {
    super(message);
    this.code = code;
    this.next = next;
    this.status = status;
  }

  /** Whether the same request may succeed later: nobody answered, or the server had trouble of its own. */
  get passes() {
    return (
      this.status === 0 ||
      this.status === 500 ||
      this.status === 502 ||
      this.status === 503 ||
      this.status === 504
    );
  }
}

/** @returns {Promise<Response>} @throws {ApiError} */
export async function request(path, options = {}) {
  const { headers, ...rest } = options;
  let response;
  try {
    response = await fetch(`/api/${path}`, { ...rest, headers: { 'x-chatreid': '1', ...headers } });
  } catch {
    throw new ApiError(
      { code: 'OFFLINE', message: 'The server does not answer.', next: 'Check that chatreid is running.' },
      0,
    );
  }
  if (response.ok) return response;
  const known = await response.json().catch(() => undefined);
  if (response.status === 401) location.reload();
  throw new ApiError(
    known?.message
      ? known
      : { code: 'INTERNAL', message: 'The server answered with an error.', next: 'Try again.' },
    response.status,
  );
}

export const getJson = async (path) => (await request(path)).json();

export const postJson = async (path, data) =>
  (
    await request(path, {
      method: 'POST',
      body: JSON.stringify(data),
      headers: { 'content-type': 'application/json' },
    })
  ).json();

let shownTalk = '';

/** From now on pictures are those of this talk: what was sent in one is shown in it alone. */
export const lookInto = (talk) => {
  shownTalk = talk;
};

/** @param {'card' | 'large' | 'measures'} what */
export const picturePath = (id, what, talk = shownTalk) =>
  `pictures/${id}/${what}${talk === '' ? '' : `?talk=${talk}`}`;

export const pictureUrl = (id, size = 'card', talk = shownTalk) => `/api/${picturePath(id, size, talk)}`;
