import Model
import Simulator

/// The list that the demo drops.
enum DemoList {
    static let name = "suspicious-downloads.txt"
    static let text = "44d88612fea8a8f36de82e1278abb02f EICAR\n"
    static let faults: [FaultRule] = []
}
