import Glibc
public import Testing

/// Cancels a test (it is reported as skipped), with a message, where the process may not make namespaces.
///
/// A cancelled test is not a passed one: a run that is meant to be root's should treat it as failed, as netlab's own
/// `make test-root` does.
public struct RequiresRoot: SuiteTrait, TestTrait {
    /// On a suite it holds for every test within.
    public var isRecursive: Bool { true }

    /// Before any scope is entered and any case is run: a lab around the test is never tried either.
    @concurrent public func prepare(for test: Test) async throws {
        guard geteuid() == 0 else { try Test.cancel("netlab builds network namespaces: run this test as root") }
    }
}

extension Trait where Self == RequiresRoot {
    /// The test needs root; without it the test is cancelled with a message.
    ///
    /// ```swift
    /// @Suite(.requiresRoot) struct MyServiceInAVPC { … }
    /// ```
    public static var requiresRoot: Self { Self() }
}
