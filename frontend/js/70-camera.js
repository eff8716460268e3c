// <button type="button" data-camera="id of a field" hidden>: where the browser reads codes by itself (BarcodeDetector), the
// camera types for the hand. One code closes the camera and sends the form; without all this the button never appears.
const reader = document.querySelector("[data-camera]");
if (reader && "BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) {
  const field = document.getElementById(reader.dataset.camera);
  const place = field.form.querySelector("[data-camera-place]");
  const said = field.form.querySelector("[data-camera-said]");
  const offer = reader.textContent;
  let stream = null;
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    place.replaceChildren();
    place.hidden = true;
    reader.textContent = offer;
  };
  const look = async (detector, video) => {
    if (!stream) return;
    const [code] = await detector.detect(video).catch(() => []);
    if (!stream) return;
    if (!code) {
      setTimeout(() => look(detector, video), 150);
      return;
    }
    field.value = code.rawValue;
    stop();
    field.form.requestSubmit();
  };
  const start = async (formats) => {
    said.textContent = "";
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const video = document.createElement("video");
      video.muted = video.playsInline = true;
      video.srcObject = stream;
      place.replaceChildren(video);
      place.hidden = false;
      reader.textContent = reader.dataset.cameraStop;
      await video.play();
      look(new BarcodeDetector({ formats }), video);
    } catch {
      stop();
      said.textContent = reader.dataset.cameraFailed;
    }
  };
  BarcodeDetector.getSupportedFormats().then((known) => {
    const formats = ["qr_code", "code_128"].filter((one) => known.includes(one));
    if (formats.length === 0) return;
    reader.hidden = false;
    reader.addEventListener("click", () => (stream ? stop() : start(formats)));
  });
  window.addEventListener("pagehide", stop);
}
