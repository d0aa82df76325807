import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

extension RealSpool {
    /// Long lists are read by the one who picks up everybody's files.
    struct FairnessTests {
        private static let lists = 12

        @Test func aShortListIsPickedUpBetweenSomebodysLongOnes() async throws {
            var options = SimulatorOptions()
            options.accounts[0].limits = .unlimited
            try await SimulatedVirusTotal.with(options) { simulator in
                let place = Installation(endpoint: simulator.baseURL)
                try await place.serve()
                _ = try await place.hashdrop("user", "add", "bob")
                // All of them are ready at the same moment, and before bob's.
                let ended = try await place.shell(
                    """
                    python3 -c '
                    for name in range(\(Self.lists)):
                        with open(f"{name}.txt", "w") as file:
                            for number in range(40000): file.write(f"{name * 1000000 + number:064x}\\n")
                    '
                    mv *.txt spool/alice/
                    echo \(Samples.hash(1).hexadecimal) >bobs; mv bobs spool/bob/bobs.txt
                    """)
                #expect(ended.exitCode == 0, "\(ended.errors)")
                try await eventually("bob's job") { !place.folders("bobs.txt", of: "bob").isEmpty }
                #expect(place.jobCount < Self.lists, "bob waited for all of alice's lists")
                await place.stop()
            }
        }
    }
}
