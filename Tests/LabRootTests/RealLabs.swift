import NetlabTesting
import Testing

/// All tests that build whole labs: real namespaces, real packets, real clients.
@Suite("Labs on the real kernel", .requiresRoot, .leavesNothingBehind)
enum RealLabs {}
