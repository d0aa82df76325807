import Model
import Simulator

/// The list that the demo drops: hashes of an evening, in the formats that analysts mix, with a hash for
/// every verdict.
enum DemoList {
    static let name = "suspicious-downloads.txt"

    static let text = """
        # Collected on the mail gateway, Monday evening
        44d88612fea8a8f36de82e1278abb02f  eicar.com
        SHA256 (tasksche.exe) = ed01ebfbc9eb5bbea545af4d01bf5f1071661840480439c6e5babe8e080e41aa
        d41d8cd98f00b204e9800998ecf8427e  __init__.py
        da39a3ee5e6b4b0d3255bfef95601890afd80709  the same empty file by its SHA-1
        invoice.scr;34d54e1a84b3ec83716619bb3b9279435cbe9b56e4344e163c13ec7f5672cc20;from accounting
        67a2b5994dc1d1da2f6177cad4c79c33;Android app offered in a text message
        B7244B7403FCB97FD186E524CC0082B0;found running as svchost, upper case from PowerShell
        phone backup:602a3e7ebd915ab35e95bce90eec79c118d90da2
        6014be6eae7df9ebca90fd31113171145d105dbc4dfcf2d0621b754192f9a45f *adobe.scr
        ea01b0abb2bff1806691d09e73fcb4fb953dfb121de6ca682000e14a34962880 *rechnung32.dll
        9ddd6ca491c8707240ad6568bf49f1c6147327e4,Linux box in the lab,ticket 4711
        39b83f4fcb3442317f43250d19310607aece57d91ae9e25b29604e2556efd773
        2d2df6ffbc67a930eeaaea221032cd5f1e55496a021336f610f63c9cf238de2d,Fortinet does not see this one
        f2b6d0a06860c99c511f21e76ec809ef,nor this
        811e5f8e7a95fce61f3439e75f8b7d7f,Rechnung: Fortinet took no part in the analysis
        cc4289be8b7892835b4287526668c629,payment.js: Fortinet ran out of time
        03878413eb13135bad6a727c6ce941fc,only a few engines complain
        8d424278fb4bb891d5d6b0d2c5cc7cc5,order.exe
        1bd4e708b8528ad98c4e1c2218309b1b0ecab2b92d8e439970f55157f70dda21,libwinlogon.dll
        c9b77430f70af0cf9a06615bd8987a50,Proforma Invoice from a known customer
        ca0be0aed4e270de31b5e547cadf27780608621e,setup of the payment terminal
        13b21fb8dd33c024a099b951d871712eb77f01a03b6a1006218558f5de610dea,letter.doc
        5ca46f9762166f82e15a2cc924ce566370b9d2c2,order_amd64.exe
        e92e313c775f2d2fee29fe38f9464f5d,our own build: nobody has seen it
        4905094a5d55c36da940dc28918098a8,a config file
        34f88c0600bfb925b3dc85e5f22733bbe24a688d
        0c127701b7be267b8a7f8d6fd2a2baea,submitted a minute ago: no engine has finished
        7d2164065634fad8a8eba9ac3ea5d8bf0b38ed1d,libtelegram.dll
        \(failing),the demo makes VirusTotal refuse this request
        34d54e1a84b3ec83716619bb3b9279435cbe9b56e4344e163c13ec7f5672cc20 the invoice again: asked once
        cut off in the mail: 67a2b5994dc1d1da2f6177cad4c79c3

        """

    private static let failing = "c8472a7b9596bd612fdec497b58d687d"

    static let faults = [FaultRule(Fault(.badRequest), hash: FileHash(failing))]
}
