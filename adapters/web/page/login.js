/** Signs in with the token; the server keeps it in a cookie that no script can read. */
const form = document.getElementById('login');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const error = document.getElementById('login-error');
  error.textContent = '';
  const response = await fetch('/api/sign-in', {
    method: 'POST',
    headers: { 'x-chatreid': '1', 'content-type': 'application/json' },
    body: JSON.stringify({ token: new FormData(form).get('token') }),
  }).catch(() => undefined);
  if (response?.ok) return location.reload();
  const { message, next } = (await response?.json().catch(() => undefined)) ?? {
    message: 'The server does not answer.',
    next: '',
  };
  error.textContent = `${message} ${next}`;
});
