public import Testing

/// Keeps a lab up around a suite or a test.
public struct LabTrait: SuiteTrait, TestTrait, TestScoping {
    private let lab: String

    init(_ lab: String) { self.lab = lab }

    @concurrent public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await LabFixture.with(lab, sourceLocation: test.sourceLocation) { lab in
            try await LabFixture.$current.withValue(lab) { try await function() }
        }
    }
}

extension Trait where Self == LabTrait {
    /// A lab for the whole suite, or for one test; within, it is `LabFixture.current`.
    ///
    /// ```swift
    /// @Suite(.requiresRoot, .lab("private-nat")) struct MyService {
    ///     @Test func seesOneAddress() throws {
    ///         let lab = try #require(LabFixture.current)
    ///         #expect(try lab.exec("app", ["my-service", "--self-test"]).status == 0)
    ///     }
    /// }
    /// ```
    public static func lab(_ lab: String) -> Self { Self(lab) }
}
