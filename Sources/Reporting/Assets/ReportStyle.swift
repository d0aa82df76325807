/// The pages' only style sheets: a few tokens, one type scale, no outside font, no image.
///
/// Wide windows and paper show the rows as a table, narrow windows as cards (`PageFrame` says from which width on).
/// Colours were chosen for at least 4.5 : 1 where they are text, 3 : 1 where they are bars (WCAG 2.2 AA); every
/// colour goes with a word and a sign. The sheets are the same in every report, so their digests are too.
package enum ReportStyle {
    /// What every page needs, the web's too.
    package static let base = tokens + text + figures + rows + index

    private static let tokens = """
        :root{color-scheme:light dark;
        --paper:#fbfbf9;--raised:#fff;--ink:#1d2024;--muted:#5a616a;--line:#e2e2dd;
        --track:#e7e7e2;--link:#0b57a4;
        --m:#b3261e;--s:#8a5a00;--f:#7b3fa0;--n:#4658a0;--u:#5f666e;--c:#1f7041;--w:#7c8188;
        --on:#fff;--warn:#fff4d6;--o:#8b9097;
        --mono:ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;
        --sans:system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans","Noto Sans",Arial,sans-serif;
        --space:1.5rem;--small:.75rem;--radius:.375rem}
        @media (prefers-color-scheme:dark){:root{
        --paper:#15171a;--raised:#1c1f23;--ink:#e8e8e4;--muted:#a3aab3;--line:#2e3238;
        --track:#31353b;--link:#8cc2ff;
        --m:#ff8d84;--s:#f0b94d;--f:#d3a6f3;--n:#a9b8f7;--u:#a8aeb6;--c:#6fca96;--w:#7d838b;
        --on:#15171a;--warn:#3a3216;--o:#747b84}}

        """

    private static let text = """
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:.875rem/1.45 var(--sans);
        -webkit-text-size-adjust:100%;text-size-adjust:100%}
        main,header,footer{max-width:112rem;margin:0 auto;padding:0 var(--space)}
        header{padding-top:1.25rem}
        h1{font-size:1.5rem;line-height:1.2;font-weight:650;margin:.25rem 0 .375rem;overflow-wrap:anywhere}
        h2{font-size:.9375rem;font-weight:650;margin:0 0 .625rem}
        p{margin:0 0 .625rem;max-width:75ch}
        a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:1px}
        a:hover{text-decoration-thickness:2px}
        :focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
        code,.mono{font-family:var(--mono);font-size:.92em}
        section{margin:var(--space) 0}
        .muted,.crumbs,footer{color:var(--muted)}
        .crumbs{font-size:.8125rem}
        .crumbs b{color:var(--ink);letter-spacing:.01em}
        .none{color:var(--muted)}
        .cut{color:var(--muted);font-size:.85em}
        .notice{border:1px solid var(--line);border-left:.25rem solid var(--s);background:var(--raised);
        border-radius:var(--radius);padding:.75rem 1rem;max-width:75ch}
        .notice p:last-child{margin:0}
        .refusal{border-left-color:var(--m)}
        .simulated{background:var(--warn);text-align:center;padding:.375rem 1rem;font-weight:600;
        border-bottom:1px solid var(--line)}
        .facts{max-width:none;display:flex;flex-wrap:wrap;gap:.125rem 1rem;color:var(--muted);margin:0}
        .state{font-weight:650;color:var(--ink)}
        footer{padding:1rem var(--space) 2rem;font-size:.8125rem;border-top:1px solid var(--line);
        margin-top:2rem}
        footer p{max-width:none}
        button,input,select{font:inherit;color:inherit}
        [hidden]{display:none!important}
        .said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}

        """

    // The signs are drawn by CSS, so that a row's verdict costs one letter of markup and its word stays text.
    private static let figures = """
        .m{--v:var(--m);--sign:"✕"}.s{--v:var(--s);--sign:"!"}.f{--v:var(--f);--sign:"↯"}.n{--v:var(--n);
        --sign:"…"}
        .u{--v:var(--u);--sign:"?"}.c{--v:var(--c);--sign:"✓"}.w{--v:var(--w);--sign:"○"}
        .x{--v:var(--w);--sign:"–"}.o{--v:var(--o);--sign:"·"}
        .v{color:var(--v);font-weight:600}
        .w .v,.w.v,.x .v,.x.v,.o.v{color:var(--muted)}
        .v::before{content:var(--sign);content:var(--sign)/"";display:inline-block;width:1.3em;height:1.3em;
        margin-right:.45em;border-radius:.25em;background:var(--v);color:var(--on);
        font:700 .8em/1.3 var(--sans);
        text-align:center;vertical-align:.06em;print-color-adjust:exact;-webkit-print-color-adjust:exact}
        :is(.n,.u,.w,.x,.f) .v::before,.v:is(.n,.u,.w,.x,.f)::before{background:none;color:var(--v);
        box-shadow:inset 0 0 0 1.5px var(--v)}
        svg{display:block;print-color-adjust:exact;-webkit-print-color-adjust:exact}
        rect{fill:var(--v)}
        .bars rect+rect,.time rect{stroke:var(--paper);stroke-width:1px;vector-effect:non-scaling-stroke}
        .time .hit{stroke:none}
        .stack :is(.w,.x){fill:none}
        .stack{width:100%;height:.875rem;border-radius:.25rem;background:var(--track)}
        .figures{list-style:none;display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:.75rem 0 0;padding:0}
        @media (max-width:40rem){.figures{display:grid;gap:.5rem 1rem;
        grid-template-columns:repeat(auto-fill,minmax(9rem,1fr))}}
        .figures b{display:block;font-size:1.375rem;line-height:1.2;font-weight:650;
        font-variant-numeric:tabular-nums}
        .figures .zero{--v:var(--muted);color:var(--muted)}.figures .zero b{font-weight:400}
        .panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));
        gap:var(--space) 3rem;margin:var(--space) 0}
        .panels section{margin:0;min-width:0}
        .bars{list-style:none;margin:0;padding:0;display:grid;gap:.25rem}
        .bars li{display:grid;grid-template-columns:minmax(0,11.25rem) minmax(3rem,1fr) 3.5rem;gap:.75rem;
        align-items:center}
        @media (max-width:40rem){.bars li{grid-template-columns:minmax(0,9.5rem) minmax(3rem,1fr) 3.25rem}}
        .bars span{overflow-wrap:anywhere}
        .bars b{text-align:right;font-weight:600;font-variant-numeric:tabular-nums}
        .b{height:.5rem;width:100%;background:var(--track);border-radius:.2rem;--v:var(--muted)}
        .legend{color:var(--muted);font-size:.8125rem;max-width:none;margin:-.5rem 0 var(--space)}
        .legend .v{white-space:nowrap;margin-right:.75rem}
        .time{width:100%;height:6rem;border-bottom:1px solid var(--w);background:linear-gradient(
        var(--line),var(--line)) 0 4%/100% 1px no-repeat}
        .time .hit{fill:transparent}.time g:hover .hit{fill:var(--track)}
        .axis{display:flex;justify-content:space-between;gap:.5rem 1rem;margin:.25rem 0 0;max-width:none;
        color:var(--muted);font-size:var(--small)}
        .axis{flex-wrap:wrap}.axis span{white-space:nowrap}
        .numbers{font-size:.8125rem}
        .numbers summary{cursor:pointer;color:var(--link);padding:.25rem 0;width:max-content}
        .numbers table{border-collapse:collapse;margin:.25rem 0 .5rem}
        .numbers th,.numbers td{padding:.125rem 1.25rem .125rem 0;border-top:1px solid var(--line);
        font-weight:400;text-align:right;font-variant-numeric:tabular-nums;vertical-align:bottom}
        .numbers th:first-child{text-align:left}
        .numbers thead th{border:0;color:var(--muted)}
        .progress p{max-width:none}
        .few{justify-content:center}
        .progress .b{height:.875rem;--v:var(--link);border-radius:.25rem;margin:.5rem 0}
        .big{font-size:1.125rem;font-weight:600;margin:0}

        """

    private static let index = """
        .jobs{list-style:none;margin:0;padding:0}
        .jobs li{padding:.75rem 0;border-top:1px solid var(--line);content-visibility:auto;
        contain-intrinsic-size:auto 5rem;
        display:grid;grid-template-columns:minmax(0,1fr);gap:.25rem 2rem}
        .jobs h3{font-size:1rem;font-weight:600;margin:0;overflow-wrap:anywhere}
        .jobs p{margin:0}
        .jobs .stack{max-width:40rem;height:.5rem;margin:.25rem 0}
        .jobs .b{max-width:40rem;--v:var(--link);margin:.25rem 0}
        .jobs .words{display:flex;flex-wrap:wrap;gap:.125rem 1rem;list-style:none;margin:0;padding:0}
        .jobs .words li{all:unset}
        .older{list-style:none;margin:0;padding:0}
        .older li{padding:.125rem 0;overflow-wrap:anywhere;content-visibility:auto;
        contain-intrinsic-size:auto 1.5rem}
        .older time{color:var(--muted);margin-right:.75rem;font-variant-numeric:tabular-nums}
        .older a{margin-right:.75rem}
        @media (min-width:60rem){.jobs>li{grid-template-columns:minmax(0,2fr) minmax(0,3fr)}}

        """
}
