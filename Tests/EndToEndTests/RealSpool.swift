import Testing

/// Tests with real daemons that disturb the machine by intent: full disks, 100,000 files, kills. One at a time, or
/// they would disturb each other.
@Suite(.serialized)
enum RealSpool {}
