extension ReportStyle {
    /// What table and cards have in common.
    static let rows = """
        .tools{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:0 0 .75rem}
        .tools input[type=search]{flex:1 1 14rem;max-width:20rem}
        .tools input,.tools button,.tools select{min-height:2rem;padding:.25rem .625rem;
        background:var(--raised);border:1px solid var(--w);border-radius:var(--radius);max-width:100%}
        .tools button{cursor:pointer}
        .tools button:hover{border-color:var(--ink)}
        .tools .copied::after{content:" ✓"}
        .tools [aria-pressed=true]{background:var(--ink);border-color:var(--ink);color:var(--paper)}
        .tools [aria-pressed=true] .v{color:inherit}
        .tools output{color:var(--muted)}
        .rows{display:block;width:100%;border-collapse:collapse}
        .rows tbody,.rows thead{display:block}
        .rows tbody{content-visibility:auto;contain-intrinsic-size:auto 450rem}
        .rows.lazy tbody{content-visibility:visible}
        .rows tr{border-top:1px solid var(--line)}
        .rows th,.rows td{display:block;min-width:0;padding:0;text-align:left;font-weight:400;
        overflow-wrap:anywhere}
        .rows{font-size:.8125rem}
        .rows .d{color:var(--muted);font-size:var(--small)}
        .rows i{font-style:normal;overflow-wrap:anywhere}
        .rows summary{cursor:pointer;list-style:none}
        .rows summary::-webkit-details-marker{display:none}
        .rows summary i:first-child::before{content:"▸";content:"▸"/"";display:inline-block;width:1em}
        .rows [open]>summary i:first-child::before{content:"▾";content:"▾"/""}
        .rows summary:hover{color:var(--ink)}
        .rows .h{display:contents}
        .h code{font-size:.75rem;line-height:1.5;overflow-wrap:anywhere;word-break:break-all;max-width:32ch}
        .h .a{display:flex;font-size:var(--small);z-index:1}
        .h a{min-width:1.75rem;line-height:1.5rem;text-align:center}
        .h button{display:none;place-items:center;width:1.75rem;height:1.5rem;border:0;padding:0;
        background:none;color:var(--link);font-size:0;cursor:pointer}
        .js .h button{display:grid}
        .h button::before{content:"";display:block;width:.5rem;height:.625rem;border:1px solid;
        border-radius:1px;box-shadow:2px -2px 0 -1px var(--paper),2px -2px}
        .h button.copied::before{border-width:0 2px 2px 0;box-shadow:none;width:.3125rem;transform:rotate(45deg)}
        time{white-space:nowrap}
        .rows .b{flex:1 1 2rem;min-width:2rem;max-width:6rem;--v:inherit}
        .rows .of{display:flex;gap:.5rem;align-items:center;align-self:start;white-space:nowrap;
        font-variant-numeric:tabular-nums;color:var(--muted)}
        tr.m .b{--v:var(--m)}tr.s .b{--v:var(--s)}tr.c .b{--v:var(--c)}
        tr.w .b,tr.x .b,tr.f .b,tr.n .b,tr.u .b{--v:var(--w)}
        .why{margin:0;color:var(--ink);max-width:none}
        .stale{font-weight:600;color:var(--s)}
        .more{padding:.375rem 0 .75rem;color:var(--ink);font-size:.8125rem}
        .more p{margin:0 0 .375rem;max-width:none}
        .more ul{list-style:none;margin:0;padding:0;columns:16rem;column-gap:2rem}
        .more li{break-inside:avoid;overflow-wrap:anywhere}
        .more code{overflow-wrap:anywhere}
        .rest pre{margin:0;font:.75rem/1.6 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere;tab-size:2;
        content-visibility:auto;contain-intrinsic-size:auto 1200rem}
        .list{margin:0;padding:0;list-style:none;max-width:75rem}
        .list li{padding:.375rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
        .origin{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.25rem 1.25rem;margin:0}
        .origin dt{color:var(--muted)}.origin dd{margin:0;overflow-wrap:anywhere}
        .printed:empty{display:none}

        """

    /// Cards: each value under its heading, empty ones left out.
    static let cards = """
        .rows thead{display:none}
        .rows tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:.375rem .75rem;
        padding:.75rem 0}
        .rows tbody{contain-intrinsic-size:auto 1800rem}
        .rows td:not(.v)::before{display:block;color:var(--muted);font-size:var(--small)}
        .rows td[data-vendor]::before{content:attr(data-vendor) " detection name"}
        .rows td:nth-last-child(8)::before{content:"Number of engines detected"}
        .rows td:nth-last-child(7)::before{content:"Scan date"}
        .rows td:nth-last-child(4)::before{content:"Threat label"}
        .rows td:nth-last-child(3)::before{content:"Name"}
        .rows td:nth-last-child(2)::before{content:"Comment"}
        .rows td:empty{display:none}
        .rows td.v{grid-area:1/1;align-self:center}.rows td.of{grid-area:1/2/2/-1;align-self:center;max-width:14rem}
        .h code{grid-area:2/1/3/-1;max-width:min(32ch,100% - 3.75rem)}
        .h .a{grid-area:2/1/3/-1;margin-left:min(14.75rem,100% - 3.75rem)}
        .rows .d{grid-column:1/-1}
        .rows i:not(:empty)~i:not(:empty)::before{content:" · "}
        .rows i:not(:empty)~i:nth-last-of-type(4):not(:empty)::before{content:" · first seen "}
        .rows i:not(:empty)~i:nth-last-of-type(3):not(:empty)::before{content:" · answer "}
        .rows summary{padding:.25rem 0}

        """

    /// A table whose columns are the same in every row and in every second line.
    static let table = """
        .rows{--vendors:;--columns:minmax(14.5rem,auto) var(--vendors) 5rem 7.25rem 7.25rem 5.75rem
        minmax(6.5rem,1fr) minmax(7.5rem,1.8fr) minmax(5.5rem,1.1fr)}
        .v1{--vendors:minmax(7rem,1.1fr)}.v2{--vendors:repeat(2,minmax(7rem,1.1fr))}
        .v3{--vendors:repeat(3,minmax(7rem,1.1fr))}.v4{--vendors:repeat(4,minmax(7rem,1.1fr))}
        .rows tr,.rows .d,.rows summary{display:grid;grid-template-columns:var(--columns);column-gap:.75rem}
        .rows thead{position:sticky;top:0;z-index:2;background:var(--paper);color:var(--muted);
        font-size:var(--small);line-height:1.3;border-bottom:1px solid var(--w)}
        .rows thead tr{border:0;padding:.25rem 0;align-items:end}
        .rows thead span,.rows thead button{display:block;border:0;background:none;padding:.25rem 0;
        min-height:1.5rem;text-align:inherit}
        .rows thead .second{display:inline-block;min-width:1.5rem;margin-right:.75em}
        .rows thead button{cursor:pointer}
        .js .rows thead span{display:none}
        .rows thead .first{color:var(--ink);font-weight:600}
        .rows thead button:hover{text-decoration:underline}
        .rows thead [data-way="1"]::after{content:" ↑"}
        .rows thead [data-way="-1"]::after{content:" ↓"}
        .rows tbody tr{padding:.375rem 0 .25rem}
        .rows tbody tr:hover{background:var(--raised)}
        .rows td{grid-row:1}
        .h code{grid-area:1/1;width:32ch;padding-top:.0625rem}
        .h .a{grid-area:2/1;justify-self:end;height:1.5rem}
        .rows td:nth-last-child(8),.rows thead th:nth-last-child(7){text-align:right;
        font-variant-numeric:tabular-nums;padding-right:.5rem}
        .rows time{font-variant-numeric:tabular-nums}
        .rows .d{grid-area:2/1/3/-1;line-height:1.3;min-height:1.5rem}
        .rows summary{min-height:1.5rem}
        .rows details,.rows summary,.why,.more{grid-column:1/-1}
                .rows .d i{grid-row:1;padding-top:.25rem}
        .rows i:nth-last-of-type(1){grid-column:-2}
        .rows i:nth-last-of-type(2){grid-column:-3}
        .rows i:nth-last-of-type(3){grid-column:-6}
        .rows i:nth-last-of-type(4){grid-column:-7}
        .rows i:first-of-type{grid-column:1}
        .why{grid-row:2}
        .narrow{display:none}

        """

    static let paper = """
        @page{size:A4 landscape;margin:10mm}
        :root{color-scheme:light;--paper:#fff;--raised:#fff;--ink:#000;--muted:#444;--line:#bbb;--track:#ddd;
        --link:#000;--m:#b3261e;--s:#8a5a00;--f:#7b3fa0;--n:#4658a0;--u:#5f666e;--c:#1f7041;--w:#7c8188;
        --o:#8b9097;--on:#fff;--warn:#fff}
        html{font-size:10.5px}
        .tools,.h .a,.numbers,.live{display:none!important}
        .rows{display:table;table-layout:fixed}
        .rows thead{display:table-header-group;position:static}
        .rows thead button{display:none!important}
        .rows thead span.first{display:block!important}.rows thead span.second{display:inline-block!important}
        .rows tbody{display:table-row-group;content-visibility:visible}
        .jobs li{content-visibility:visible}
        .rows tr,.jobs li,.panels section{break-inside:avoid}
        .rows summary i:first-child::before{content:none}
        main,header,footer{padding-left:0;padding-right:0;max-width:none}

        """
}
