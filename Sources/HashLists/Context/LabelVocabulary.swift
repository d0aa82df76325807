import Glibc

/// The words of labels that say what a digest is of: the one table that decides.
///
/// A word is what `LabelWords` makes of a label: in lower case, without punctuation, with an algorithm's size
/// (`sha256`). Words that are not here say nothing.
///
/// Sources: attributes of VirusTotal's API v3 (`pe_info`, `signature_info`), MISP's core format, STIX 2.1,
/// CycloneDX and SPDX, the Elastic Common Schema, Sysmon, Autoruns, CrowdStrike and Suricata events, and the
/// public bug reports about lists that were read wrongly.
enum LabelVocabulary {
    enum Meaning: UInt8 {
        case md5, sha1, sha256
        /// An algorithm whose digests VirusTotal cannot look up.
        case otherAlgorithm
        /// Says that there is a digest, and nothing of what: `hash`, `checksum`, `value`.
        case digest
        /// The file itself: its digests are what VirusTotal looks up.
        case file
        /// A part or a trait of a file, or no file at all, whatever else the label says.
        case otherThing
        /// The same, but only beside an algorithm or for a value that is nothing but the digest; in a
        /// sentence the word says nothing.
        case otherThingOfDigest
        /// Names a machine, a person, a message, a commit …, whatever stands before it.
        case identifier
        /// `id`: an identifier if a word before it says of what.
        case identifierOf
        case secret
        /// A secret where a colon or an equals sign makes a label of it, unless `public` stands before it; in
        /// a sentence the word says nothing.
        case secretOfLabel
        /// The same, of the nearest label only.
        case secretOfNearest
        /// Several users: a digest under it of which nothing more is said is a password's.
        case users
    }

    static func meaning(of word: String) -> Meaning? { table[word] ?? compound(word) }

    /// The meaning of a word that is put together or inflected, as in German, Russian or Chinese: that of the
    /// part that says most.
    private static func compound(_ word: String) -> Meaning? {
        guard word.utf8.count >= 6 else { return nil }
        if word.utf8.allSatisfy({ $0 < 0x80 }) {
            // By bytes: `contains` looks at characters, and took a seventh of the time that a log took.
            if strstr(word, "kennwort") != nil || strstr(word, "passwort") != nil { return .secret }
            return endings.first { word.hasSuffix($0.ending) }?.meaning
        }
        return stems.first { word.contains($0.stem) }?.meaning
    }

    /// Of words in ASCII, as they are written together: `sitzungstoken`, `dbpassword`.
    private static let endings: [(ending: String, meaning: Meaning)] = [
        "password", "passwd", "passwort", "kennwort", "passphrase", "secret", "token", "apikey", "privatekey",
    ].map { ($0, .secret) }

    /// The first that a word contains counts: `密码哈希` is a password's.
    private static let stems: [(stem: String, meaning: Meaning)] =
        [
            "парол", "токен", "секрет", "密码", "密碼", "口令", "密钥", "密鑰", "令牌", "パスワード", "トークン", "秘密",
            "暗証", "비밀번호", "암호", "토큰", "contraseñ", "passwörter", "schlüssel", "κωδικ", "συνθηματικ", "كلمة",
            "סיסמ", "hasł", "heslo", "jelszó", "şifre", "lösenord",
        ].map { ($0, Meaning.secret) }
        + ["сертификат", "证书", "證書", "証明書", "인증서", "πιστοποιητικ", "отпечат", "指纹", "拇印", "zertifikat"]
        .map { ($0, .otherThing) }
        + ["хэш", "хеш", "哈希", "ハッシュ", "해시", "prüfsumme"].map { ($0, .digest) }

    private static let table: [String: Meaning] = {
        var table: [String: Meaning] = [:]
        for (meaning, words) in lines {
            for word in words.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
                table[String(word)] = meaning
            }
        }
        return table
    }()

    private static let lines: [(Meaning, String)] = [
        (.md5, "md5 md5sum md5hash md5s"),
        (.sha1, "sha1 sha1sum sha1hash sha1s sha160"),
        (.sha256, "sha256 sha256sum sha256hash sha256s sha2 sha2256"),
        (
            .otherAlgorithm,
            """
            sha0 sha224 sha384 sha512 sha2224 sha2384 sha2512 sha512224 sha512256 sha2512224 sha2512256
            sha3 sha3256 sha3384 sha3512 keccak keccak256 shake shake128
            shake256 blake blake2 blake3 blake2b blake2s ripemd ripemd128 ripemd160 ripemd256 rmd rmd160
            tiger128 xxh3
            md2 md4 md6 sm3 whirlpool tiger tiger192 gost streebog stribog haval snefru skein crc crc32
            crc64 adler32 xxh xxhash xxh64 xxh128 murmur murmur3 mmh3 cityhash farmhash siphash fnv fnv1
            fnv1a tlsh ssdeep sdhash nilsimsa ctph lzjd phash dhash ahash simhash minhash quickxor
            quickxorhash ed2k aich tth btih infohash
            """
        ),
        (
            .digest,
            """
            hash hashes hashwert hashvalue digest digests checksum checksums checksumvalue sum sums
            prüfsumme prüfsummen kontrollsumme empreinte empreintes somme suma huella impronta skrót value
            values data hashdata content string indicator indicators ioc iocs text field
            """
        ),
        (
            .file,
            """
            file files filename filehash filehashes datei sample samples malware payload attachment
            attachments binary executable image pe elf macho module dropper loader dll exe elf process
            parent child grandparent artifact artifacts component package archive installer document
            script driver source original target download archivo arquivo fichero fichier bestand plik
            stealer stealers infostealer ransomware trojan backdoor keylogger passwordstealer tokenstealer
            cookiestealer credentialstealer secretransomware
            """
        ),
        (
            .otherThing,
            """
            imphash imphashes imp gimphash impfuzzy importhash pehash pesha pesha1 pesha256 pe256
            authentihash authenticode rich richpe richhash vhash cert certs certificate certificates
            thumbprint thumbprints x509 ja3 ja3s ja3hash ja4 ja4s ja4h jarm hassh hasshserver cdhash
            telfhash permhash symhash rawmd5 firstbytes exphash behash icondhash gravatar fingerprint
            fingerprints dockerimage imagedigest tbs verificationcode templatehash rhhash keyid keyids
            signingchain certificatechain dnsrecord oci distributionmanifest
            sshfp tlsa fingerabdruck zertifikat
            zertifikats zertifikate certificat certificats certificado certificados certificato certificaat
            certyfikat certyfikatu
            """
        ),
        (
            .otherThingOfDigest,
            """
            section sections overlay overlays import imports resources icon favicon export exports header
            headers entrypoint pdb symbol symbols bytes banner url urls uri domain domains email
            description avatar tls ssl signer signers signature stub manifest layer chunk piece
            """
        ),
        (
            .identifier,
            """
            uuid guid aid cid oid serial serialnumber commit commits changeset revision rev etag messageid
            traceid spanid agentid deviceid requestid eventid incidentid alertid tenantid clientid
            customerid buildid imageid transactionid correlationid hostid machineid machineguid sensorid
            accountid orgid userid groupid campaignid actorid instanceid jobid taskid runid scanid
            detectionid graphid boundary gitcommitid commitid treeid uid replyto seriennummer
            serienummer série
            serie gerätekennung benutzerkennung nachrichtenkennung
            mutex mutexes mutant txid txids transaction transactions traceparent gitsha
            productcode packagecode versionid threatid cursor bootid eventhash componentid containerid
            gpg pgp validpgpkeys trustedkey keyring keyrings
            proctitle fctuid
            """
        ),
        (.identifierOf, "id ids identifier identifiers kennung"),
        (
            .secret,
            """
            password passwords passwd passphrase passcode secret secrets token tokens apikey apikeys
            apitoken bearer credential credentials nthash lmhash ntlm ntlmv2 netntlm netntlmv2 nthashes
            privatekey authkey accesskey secretkey sessionkey encryptionkey hmackey licensekey masterkey
            machinekey userkey bootkey dpapi authorization hmac nonce cnonce csrf xsrf xapikey csrftoken
            jwt otp securestring stringdata clientrandom passwordhash passwordhashes passwordhashs
            userhash passhash vtkey vtapikey virustotalkey sessid phpsessid jsessionid sessionid cookie
            cookies
            passwort passwörter kennwort
            kennwörter contraseña contraseñas hasło geheimnis wachtwoord jeton psk
            presharedkey segredo secreto segreto
            geheim contrasena contrasenas parola parolă lösenord salasana adgangskode passord heslo jelszó
            şifre κωδικός пароль пароли סיסמה 密码 密碼 口令 パスワード 비밀번호 aes128 aes192 aes256 mscache
            mscachev2 dcc2 krb5 kerberos
            """
        ),
        (
            .secretOfLabel,
            """
            key keys schlüssel pwd pw auth clave senha passe clé clef chave chiave sleutel klucz ключ 密钥
            """
        ),
        (
            .secretOfNearest,
            """
            pass pin lm nt sid salt aes rc4 api seed pat dsn signing admin administrator krbtgt iv otpseed
            hostkey remember session
            """
        ),
        (.users, "users accounts members logins benutzerkonten utilisateurs usuarios"),
    ]
}
