import Foundation
import GRDB
package import Model

// The lists that a finished list can be compared with: the user's own, whose last reports say that they are
// done.
extension JobSnapshot {
    private static let isDone = "state = 'done' AND isPublished = 1"

    /// The newest list of this name that was received before the job; nil if there is none.
    package func listBefore(_ job: Job, named name: DroppedName) throws -> Job? {
        try JobRecord.fetch(
            db, index: "jobDoneByList",
            """
            user = ? AND droppedName = ? AND \(Self.isDone)
                AND (receivedAt, id) < (SELECT receivedAt, id FROM job own WHERE own.id = ?)
            ORDER BY receivedAt DESC, id DESC LIMIT 1
            """, [job.user.description, Data(name.bytes), rowID]
        ).first
    }

    /// The list of this id, if it is another one of the job's user; else nil.
    package func list(_ id: JobID, ofUserOf job: Job) throws -> Job? {
        try JobRecord.fetch(
            db, index: "jobOfUserByName", "user = ? AND name = ? AND id <> ? AND \(Self.isDone)",
            [job.user.description, id.description, rowID]
        ).first
    }
}
