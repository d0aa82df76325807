package import Foundation
package import Model
package import Spool

extension ClaimStore {
    /// Claims one file that the state machine called ready.
    package func claim(
        _ entry: SpoolEntry, of user: UserName, as id: JobID, evidence: ReadyEvidence, at now: Date
    ) throws -> ClaimOutcome {
        try claim([ClaimRequest(entry, of: user, as: id, .claim(evidence), at: now)])[0].get()
    }

    /// Takes one file away that the state machine refused.
    package func claimRefused(
        _ entry: SpoolEntry, of user: UserName, as id: JobID, reason: RefusalReason, at now: Date
    ) throws -> ClaimOutcome {
        try claim([ClaimRequest(entry, of: user, as: id, .refuse(reason), at: now)])[0].get()
    }
}
