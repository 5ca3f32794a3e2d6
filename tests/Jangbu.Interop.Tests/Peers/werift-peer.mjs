import { RTCPeerConnection } from 'werift';
import { run } from './webrtc-work.mjs';

function wrap(channel) {
  let deliver = null;
  const waiting = [];
  channel.onMessage.subscribe(data => deliver ? deliver(data) : waiting.push(data));
  return {
    label: channel.label,
    onMessage(handler) { deliver = handler; for (const data of waiting.splice(0)) handler(data); },
    send(data) { channel.send(data); },
    buffered: () => channel.bufferedAmount,
    async drained(low) { do await new Promise(setImmediate); while (channel.bufferedAmount > low); },
  };
}

run(async () => {
  const pc = new RTCPeerConnection({ iceServers: [] });
  const gathered = async () => {
    while (pc.iceGatheringState !== 'complete') await new Promise(resolve => setTimeout(resolve, 1));
    return pc.localDescription.sdp;
  };
  return {
    async offer(label) {
      const channel = pc.createDataChannel(label);
      const wrapped = wrap(channel);
      const opened = channel.readyState === 'open' ? wrapped : new Promise(resolve => channel.stateChanged.subscribe(state => state === 'open' && resolve(wrapped)));
      await pc.setLocalDescription(await pc.createOffer());
      return { sdp: await gathered(), opened };
    },
    async answer(sdp, onChannel) {
      pc.onDataChannel.subscribe(channel => onChannel(wrap(channel)));
      await pc.setRemoteDescription({ type: 'offer', sdp });
      await pc.setLocalDescription(await pc.createAnswer());
      return gathered();
    },
    async accept(sdp) { await pc.setRemoteDescription({ type: 'answer', sdp }); },
    close() { pc.close().catch(error => process.stderr.write(`${error}\n`)); },
  };
});
