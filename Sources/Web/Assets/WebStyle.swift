/// What the page needs beyond the reports' style sheet.
enum WebStyle {
    static let sheet = """
        .top{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.5rem;padding-top:.75rem;
        padding-bottom:.75rem;border-bottom:1px solid var(--line)}
        .top .home{color:var(--ink);text-decoration:none;font-size:1rem}
        .top nav{flex:1 1 auto}
        .top ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:0;padding:0}
        .top nav a{display:inline-block;padding:.25rem 0;text-decoration:none}
        .top nav a:hover{text-decoration:underline}
        .top [aria-current]{color:var(--ink);font-weight:650;box-shadow:0 2px var(--ink)}
        .top form{display:flex;align-items:center;gap:.75rem;margin:0}
        button{min-height:2rem;padding:.25rem .75rem;background:var(--raised);border:1px solid var(--w);
        border-radius:var(--radius);cursor:pointer}
        button:hover{border-color:var(--ink)}
        main>h1{margin-top:var(--space)}
        main>.facts{max-width:none}
        .pages{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.25rem;margin:var(--space) 0}
        .pages a{padding:.25rem 0}
        .login{max-width:22rem;margin:4rem auto;display:grid;gap:1rem}
        .login h1{margin:0}
        .login label{display:grid;gap:.25rem;font-weight:600}
        .login input{min-height:2.5rem;padding:.25rem .625rem;background:var(--raised);
        border:1px solid var(--w);border-radius:var(--radius);font-weight:400;width:100%}
        .login button{min-height:2.5rem;background:var(--link);border-color:var(--link);color:var(--on);
        font-weight:600}
        .login button:hover{filter:brightness(1.1)}
        .login .notice{margin:0}
        .links{display:flex;flex-wrap:wrap;gap:.375rem 1.25rem;margin:.75rem 0 0;padding:0;list-style:none}
        .quotas{list-style:none;margin:0;padding:0;display:grid;gap:var(--space);
        grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr))}
        .quotas b{font-size:1.375rem;font-weight:650;font-variant-numeric:tabular-nums}
        .quotas p{margin:0}
        .quotas .b{height:.625rem;--v:var(--link);margin:.25rem 0}
        .wide{border-collapse:collapse;width:100%;max-width:75rem}
        .wide th,.wide td{text-align:left;vertical-align:top;padding:.375rem 1rem .375rem 0;
        border-top:1px solid var(--line);overflow-wrap:anywhere}
        .wide thead th{border-top:0;color:var(--muted);font-size:var(--small);font-weight:400}
        .wide tbody th{font-weight:600}
        .wide .number{text-align:right;font-variant-numeric:tabular-nums}
        .ok{--v:var(--c);--sign:"✓"}.bad{--v:var(--s);--sign:"!"}
        @media (max-width:36rem){.wide thead{display:none}
        .wide tr{display:block;border-top:1px solid var(--line);padding:.5rem 0}
        .wide th,.wide td{display:block;border:0;padding:0}
        .wide td[data-label]::before{content:attr(data-label) ": ";color:var(--muted)}
        .wide .number{text-align:left}.wide td:empty{display:none}
        .top{gap:.25rem 1rem}.top nav{order:3;flex-basis:100%}.top form{margin-left:auto}
        .login{margin:2rem auto}}
        @media print{.top form,.top nav,.pages a{display:none}}

        """
}
