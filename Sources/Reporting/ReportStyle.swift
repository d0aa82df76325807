/// The pages' only style sheet: a few tokens, one type scale, no outside font, no image.
///
/// Wide windows and paper show the rows as a table, narrow windows as cards; the width at which that changes
/// depends on how many vendors have a column. Colours were chosen for at least 4.5 : 1 where they are text, 3
/// : 1 where they are bars (WCAG 2.2 AA); every colour goes with a word and a sign.
package enum ReportStyle {
    /// The whole sheet for these vendors' columns.
    package static func sheet(vendors: [String]) -> String {
        let tableWidth = 72 + 8 * max(0, vendors.count - 1)
        return tokens + base + figures + rows
            + "@media screen and (max-width:\(tableWidth - 1).99rem){\n" + cards(vendors: vendors) + "}\n"
            + "@media print,(min-width:\(tableWidth)rem){\n" + table(vendors: vendors.count) + "}\n"
            + index + paper
    }

    private static let tokens = """
        :root{color-scheme:light dark;
        --paper:#fbfbf9;--raised:#fff;--ink:#1d2024;--muted:#5a616a;--line:#e2e2dd;
        --track:#e7e7e2;--link:#0b57a4;
        --m:#b3261e;--s:#8a5a00;--f:#7b3fa0;--n:#4658a0;--u:#5f666e;--c:#1f7041;--w:#7c8188;
        --on:#fff;--warn:#fff4d6;
        --mono:ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;
        --sans:system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans","Noto Sans",Arial,sans-serif;
        --space:1.5rem;--small:.75rem;--radius:.375rem}
        @media (prefers-color-scheme:dark){:root{
        --paper:#15171a;--raised:#1c1f23;--ink:#e8e8e4;--muted:#a3aab3;--line:#2e3238;
        --track:#31353b;--link:#8cc2ff;
        --m:#ff8d84;--s:#f0b94d;--f:#d3a6f3;--n:#a9b8f7;--u:#a8aeb6;--c:#6fca96;--w:#7d838b;
        --on:#15171a;--warn:#3a3216}}

        """

    private static let base = """
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
        .facts{display:flex;flex-wrap:wrap;gap:.125rem 1rem;color:var(--muted);margin:0}
        .state{font-weight:650;color:var(--ink)}
        footer{padding:1rem var(--space) 2rem;font-size:.8125rem;border-top:1px solid var(--line);
        margin-top:2rem}
        button,input,select{font:inherit;color:inherit}
        [hidden]{display:none!important}
        .said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}

        """

    // The signs are drawn by CSS, so that a row's verdict costs one letter of markup and its word stays text.
    private static let figures = """
        .m{--v:var(--m);--sign:"✕"}.s{--v:var(--s);--sign:"!"}.f{--v:var(--f);--sign:"↯"}.n{--v:var(--n);
        --sign:"…"}
        .u{--v:var(--u);--sign:"?"}.c{--v:var(--c);--sign:"✓"}.w{--v:var(--w);--sign:"○"}
        .v{color:var(--v);font-weight:600}
        .w .v,.w.v{color:var(--muted)}
        .v::before{content:var(--sign);content:var(--sign)/"";display:inline-block;width:1.3em;height:1.3em;
        margin-right:.45em;border-radius:.25em;background:var(--v);color:var(--on);
        font:700 .8em/1.3 var(--sans);
        text-align:center;vertical-align:.06em;print-color-adjust:exact;-webkit-print-color-adjust:exact}
        :is(.n,.u,.w,.f) .v::before,.v:is(.n,.u,.w,.f)::before{background:none;color:var(--v);
        box-shadow:inset 0 0 0 1.5px var(--v)}
        svg{display:block;print-color-adjust:exact;-webkit-print-color-adjust:exact}
        rect{fill:var(--v)}
        .stack{width:100%;height:.875rem;border-radius:.25rem;background:var(--track)}
        .figures{list-style:none;display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:.75rem 0 0;padding:0}
        .figures b{display:block;font-size:1.375rem;line-height:1.2;font-weight:650;
        font-variant-numeric:tabular-nums}
        .figures .zero{--v:var(--muted);color:var(--muted)}.figures .zero b{font-weight:400}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));
        gap:var(--space) 3rem}
        .pair section{margin:0}
        .bars{list-style:none;margin:0;padding:0;display:grid;gap:.25rem;max-width:40rem}
        .bars li{display:grid;grid-template-columns:minmax(0,12rem) minmax(3rem,1fr) 4rem;gap:.75rem;
        align-items:center}
        .bars bdi{overflow-wrap:anywhere}
        .bars b{text-align:right;font-weight:600;font-variant-numeric:tabular-nums}
        .b{height:.5rem;width:100%;background:var(--track);border-radius:.2rem;--v:var(--muted)}
        .progress .b{height:.875rem;--v:var(--link);border-radius:.25rem;margin:.5rem 0}
        .big{font-size:1.125rem;font-weight:600;margin:0}

        """

    private static let rows = """
        .tools{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:0 0 .75rem}
        .tools input[type=search]{flex:1 1 14rem;max-width:26rem}
        .tools input,.tools button,.tools select{min-height:2rem;padding:.25rem .625rem;
        background:var(--raised);
        border:1px solid var(--w);border-radius:var(--radius)}
        .tools button{cursor:pointer}
        .tools button:hover{border-color:var(--ink)}
        .tools .copied::after{content:" ✓"}
        .tools [aria-pressed=true]{background:var(--ink);border-color:var(--ink);color:var(--paper)}
        .tools [aria-pressed=true] .v{color:inherit}
        .rows{display:block;width:100%;border-collapse:collapse}
        .rows tbody,.rows thead{display:block}
        .rows tbody{content-visibility:auto;contain-intrinsic-size:auto 360rem}
        .rows tr{border-top:1px solid var(--line)}
        .rows th,.rows td{display:block;min-width:0;padding:0;text-align:left;font-weight:400;
        overflow-wrap:anywhere}
        .rows .d{color:var(--muted);font-size:var(--small)}
        .rows i{font-style:normal;overflow-wrap:anywhere}
        .rows summary{cursor:pointer;list-style:none}
        .rows summary::-webkit-details-marker{display:none}
        .rows summary i:first-child::before{content:"▸";content:"▸"/"";display:inline-block;width:1em;
        color:var(--muted)}
        .rows [open]>summary i:first-child::before{content:"▾";content:"▾"/""}
        .rows summary:hover{color:var(--ink)}
        .h{display:flex!important;gap:.5rem;align-items:baseline;font-family:var(--mono);font-size:.8125rem}
        .h code{font-size:1em;min-width:0}
        time{white-space:nowrap}
        .h a{font:var(--small)/1.4 var(--sans);white-space:nowrap}
        .h button{display:none;flex:none;border:0;background:none;padding:.375rem;margin:-.375rem;
        color:var(--link);
        font-size:0;cursor:pointer}
        .js .h button{display:block}
        .h button::before{content:"";display:block;width:.5rem;height:.625rem;margin:0 .125rem 0 0;
        border:1px solid;
        border-radius:1px;box-shadow:2px -2px 0 -1px var(--paper),2px -2px}
        .h button.copied::before{border-width:0 2px 2px 0;box-shadow:none;width:.3125rem;margin:0 .1875rem;
        transform:rotate(45deg)}
        .rows .b{flex:1 1 2rem;min-width:2rem;max-width:6rem;--v:inherit}
        .rows .of{display:flex;align-self:start;gap:.5rem;align-items:center;white-space:nowrap;
        font-variant-numeric:tabular-nums;
        color:var(--muted)}
        tr.m .b{--v:var(--m)}tr.s .b{--v:var(--s)}tr.c .b{--v:var(--c)}
        tr.w .b,tr.f .b,tr.n .b,tr.u .b{--v:var(--w)}
        .why{margin:0;color:var(--ink)}
        .stale{font-weight:600;color:var(--s)}
        .more{padding:.5rem 0 .75rem;color:var(--ink);font-size:.8125rem}
        .more p{margin:0 0 .375rem;max-width:none}
        .more ul{list-style:none;margin:0;padding:0;columns:16rem;column-gap:2rem}
        .more li{break-inside:avoid;overflow-wrap:anywhere}
        .more code{overflow-wrap:anywhere}
        .list{margin:0;padding:0;list-style:none;max-width:75rem}
        .list li{padding:.375rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
        .origin{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.25rem 1.25rem;margin:0}
        .origin dt{color:var(--muted)}.origin dd{margin:0;overflow-wrap:anywhere}

        """

    /// Cards: each value under its heading, empty ones left out.
    private static func cards(vendors: [String]) -> String {
        let labels = vendors.enumerated().map { index, vendor in
            ".rows td:nth-child(\(index + 2))::before{content:\"\(quoted(vendor)) detection name\"}\n"
        }
        return """
            .rows thead{display:none}
            .rows tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));
            gap:.375rem .75rem;
            padding:.75rem 0}
            .rows tbody{contain-intrinsic-size:auto 1500rem}
            .rows td:not(.v)::before{display:block;color:var(--muted);font-size:var(--small)}
            .rows td:nth-last-child(8)::before{content:"Engines detected"}
            .rows td:nth-last-child(7)::before{content:"Scan date"}
            .rows td:nth-last-child(4)::before{content:"Threat label"}
            .rows td:nth-last-child(3)::before{content:"Name"}
            .rows td:nth-last-child(2)::before{content:"Comment"}
            .rows td:empty{display:none}
            .rows td.v,.rows td.of{order:-2;align-self:center}
            .rows .h,.rows .d{grid-column:1/-1}
            .rows .h{order:-1}
            .rows .h code{overflow-wrap:anywhere}
            .rows i:not(:empty)~i:not(:empty)::before{content:" · "}
            .rows i:not(:empty)~i:nth-last-of-type(4):not(:empty)::before{content:" · first seen "}
            .rows i:not(:empty)~i:nth-last-of-type(3):not(:empty)::before{content:" · asked "}
            .bars li{grid-template-columns:minmax(0,9.5rem) minmax(3rem,1fr) 3rem}

            """ + labels.joined()
    }

    private static func table(vendors: Int) -> String {
        """
        .rows{--columns:minmax(11rem,1.5fr) repeat(\(vendors),minmax(7rem,1.1fr)) 4.75rem 7.9rem 9.1rem 6.4rem
        minmax(7rem,1fr) minmax(8rem,1.8fr) minmax(5.5rem,1.1fr)}
        .rows tr,.rows .d,.rows summary{display:grid;grid-template-columns:var(--columns);column-gap:.75rem}
        .rows thead{position:sticky;top:0;z-index:1;background:var(--paper);color:var(--muted);
        font-size:var(--small);line-height:1.3;border-bottom:1px solid var(--w)}
        .rows thead tr{border:0;padding:.375rem 0;align-items:end}
        .rows thead span,.rows thead button{display:block;border:0;background:none;padding:0;
        text-align:inherit}
        .rows thead .second{display:inline-block;margin-right:.75em}
        .rows thead button{cursor:pointer}
        .rows thead .first{color:var(--ink);font-weight:600}
        .rows thead button:hover{text-decoration:underline}
        .rows thead [data-way="1"]::after{content:" ↑"}
        .rows thead [data-way="-1"]::after{content:" ↓"}
        .rows tr{padding:.375rem 0;row-gap:.0625rem}
        .rows tbody tr:hover{background:var(--raised)}
        .rows .h{padding-right:.25rem}
        .rows .h code{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;overflow-wrap:normal}
        .rows td:nth-last-child(8),.rows thead th:nth-last-child(7){text-align:right;
        font-variant-numeric:tabular-nums;padding-right:.5rem}
        .rows time{font-variant-numeric:tabular-nums}
        .rows .d,.rows details,.rows summary,.why,.more{grid-column:1/-1}
        .rows .d i{grid-row:1}
        .rows i:nth-last-of-type(1){grid-column:-2}
        .rows i:nth-last-of-type(2){grid-column:-3}
        .rows i:nth-last-of-type(3){grid-column:-6}
        .rows i:nth-last-of-type(4){grid-column:-7}
        .rows i:first-of-type{grid-column:1}
        .why{grid-row:2}
        .narrow{display:none}

        """
    }

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
        @media (min-width:60rem){.jobs>li{grid-template-columns:minmax(0,2fr) minmax(0,3fr)}}

        """

    private static let paper = """
        @page{size:A4 landscape;margin:10mm}
        @media print{:root{color-scheme:light;--paper:#fff;--raised:#fff;--ink:#000;--muted:#444;--line:#bbb;
        --track:#ddd;
        --link:#000;--m:#b3261e;--s:#8a5a00;--f:#7b3fa0;--n:#4658a0;--u:#5f666e;--c:#1f7041;--w:#7c8188;
        --on:#fff;--warn:#fff}
        html{font-size:10.5px}
        .tools,.h button,.h a{display:none!important}
        .rows thead{position:static}
        .rows tbody,.jobs li{content-visibility:visible}.rows tr,.jobs li{break-inside:avoid}
        .rows .h code{white-space:normal;overflow-wrap:anywhere;overflow:visible}
        .rows summary i:first-child::before{content:none}
        main,header,footer{padding-left:0;padding-right:0}}

        """

    // A vendor's name inside a CSS string: whatever is not a letter or a digit of ASCII becomes a CSS escape.
    private static func quoted(_ vendor: String) -> String {
        vendor.unicodeScalars.map { scalar in
            let isPlain =
                scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            return isPlain ? String(scalar) : "\\" + String(scalar.value, radix: 16) + " "
        }.joined()
    }
}
