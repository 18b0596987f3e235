// Browsers start no worker from a page that was opened as a file. There, the worker of the search runs in a frame.
if (location.protocol === 'file:') {
    window.Worker = class extends EventTarget {
        #frame = document.createElement('iframe');
        #loaded;

        constructor(url) {
            super();
            this.#frame.hidden = true;
            document.body.append(this.#frame);
            const inside = this.#frame.contentWindow;
            inside.postMessage = (data) => this.#tell(new MessageEvent('message', { data: structuredClone(data) }));
            const script = inside.document.createElement('script');
            this.#loaded = new Promise((resolve, reject) => {
                script.onload = resolve;
                script.onerror = () => reject(new Error(`${url} cannot be loaded`));
            });
            this.#loaded.catch((error) => this.#tell(new ErrorEvent('error', { error, message: error.message })));
            script.src = url;
            inside.document.body.append(script);
        }

        postMessage(data) {
            const inside = this.#frame.contentWindow;
            const event = new inside.MessageEvent('message', { data: structuredClone(data) });
            this.#loaded.then(() => inside.dispatchEvent(event), () => undefined);
        }

        terminate() {
            this.#frame.remove();
        }

        #tell(event) {
            this.dispatchEvent(event);
            this[`on${event.type}`]?.(event);
        }
    };
}
