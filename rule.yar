rule x {
  meta:
    author = "a"
    date = "2024-01-01"
    hash1 = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8"
    hash2 = "987bcab01b929eb2c07877b224215c92"
    imphash = "72bb0a20dbae84efcc752cb287357197"
  strings:
    $a = { 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff }
  condition: pe.imphash() == "52294098e700e59faa40f170d6f8888b" or hash.md5(0, filesize) == "05b048d7242cb7b8b57cfa3b1d65ecea"
}