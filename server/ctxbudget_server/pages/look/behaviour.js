(() => {
    'use strict';
    const tooltip = document.getElementById('tooltip');

    // All that it shows becomes text nodes, whatever it contains.
    function explain(_handler, event, _item, value) {
        if (value === null || value === undefined || value === '') {
            tooltip.hidden = true;
            return;
        }
        const list = document.createElement('dl');
        for (const [name, words] of Object.entries(typeof value === 'object' ? value : { '': value })) {
            list.append(
                Object.assign(document.createElement('dt'), { textContent: name }),
                Object.assign(document.createElement('dd'), { textContent: String(words) }),
            );
        }
        tooltip.replaceChildren(list);
        tooltip.hidden = false;
        const box = tooltip.getBoundingClientRect();
        const left = event.clientX + 16 + box.width > innerWidth ? event.clientX - 16 - box.width : event.clientX + 16;
        const top = Math.min(event.clientY + 16, innerHeight - box.height - 8);
        tooltip.style.left = `${Math.max(8, left)}px`;
        tooltip.style.top = `${Math.max(8, top)}px`;
    }

    async function draw(chart, figure, name) {
        const place = figure.querySelector('.drawing');
        try {
            figure.view?.finalize();
            const spec = { ...chart.views[name], datasets: chart.data };
            const shown = { actions: false, ast: true, renderer: 'svg', tooltip: explain, defaultStyle: false };
            figure.view = (await vegaEmbed(place, spec, { mode: 'vega-lite', ...shown })).view;
            for (const box of figure.querySelectorAll('[data-parameter]')) {
                figure.view.signal(box.dataset.parameter, box.checked);
            }
            await figure.view.runAsync();
            // The place around it is the image that has a name; what it consists of says nothing more.
            place.querySelector('svg').setAttribute('aria-hidden', 'true');
        } catch (fault) {
            place.textContent = `The chart cannot be drawn here (${fault.message}). The table below has its figures.`;
            throw fault;
        }
        figure.dataset.drawn = name;
    }

    function listen(chart, figure) {
        figure.addEventListener('change', ({ target }) => {
            if (target.type === 'radio') {
                draw(chart, figure, target.value);
            } else if (target.dataset.parameter) {
                figure.view?.signal(target.dataset.parameter, target.checked).runAsync();
            }
        });
    }

    for (const chart of JSON.parse(document.getElementById('charts').textContent)) {
        const figure = document.getElementById(chart.name);
        listen(chart, figure);
        draw(chart, figure, Object.keys(chart.views)[0]);
    }
    addEventListener('scroll', () => { tooltip.hidden = true; }, { passive: true });
    addEventListener('keydown', ({ key }) => { if (key === 'Escape') tooltip.hidden = true; });
})();
