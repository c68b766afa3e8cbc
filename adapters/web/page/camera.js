/** A picture from this machine's camera. */
import { openDialog } from './dialog.js';
import { fill, h, icon } from './dom.js';

/** @param {(picture: { name: string, blob: Blob }) => void} take */
export async function takePicture(take) {
  let stream;
  let closed = false;
  const release = () => {
    closed = true;
    for (const track of stream?.getTracks() ?? []) track.stop();
  };
  const { body, close } = openDialog('Take a picture', { onClose: release });
  fill(body, h('p.soft', {}, 'Waiting for the camera'));
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: 'environment', width: { ideal: 1920 } },
    });
  } catch (error) {
    fill(
      body,
      h('p.error-text', { role: 'alert' }, reason(error)),
      h('p', {}, 'Attach a picture file instead.'),
    );
    return;
  }
  if (closed) return release();
  const video = h('video', {
    autoplay: true,
    playsinline: true,
    muted: true,
    'aria-label': 'What the camera sees',
  });
  video.srcObject = stream;
  const snap = async () => {
    const canvas = h('canvas', { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext('2d').drawImage(video, 0, 0);
    const blob = await new Promise((resolve) => {
      canvas.toBlob(resolve, 'image/jpeg', 0.92);
    });
    if (blob) take({ name: 'camera.jpg', blob });
    close();
  };
  const button = h('button.primary', { onclick: snap, disabled: true }, icon('camera'), ' Take it');
  video.addEventListener('loadeddata', () => {
    button.disabled = false;
    button.focus();
  });
  fill(body, video, button);
}

function reason(error) {
  if (error instanceof TypeError)
    return 'A camera can only be used on this machine’s own address, or over https.';
  if (error.name === 'NotAllowedError') return 'The browser does not allow this page to use the camera.';
  if (error.name === 'NotFoundError') return 'There is no camera on this machine.';
  return 'The camera cannot be opened; another program may be using it.';
}
