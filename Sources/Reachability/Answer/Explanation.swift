public import CloudModel

/// Why a packet stops at a component: AWS's code, a sentence about this very case, and the line of the user's file.
public struct Explanation: Hashable, Sendable {
    public var code: ExplanationCode
    public var component: Component
    /// One plain sentence with the names and addresses of the case.
    public var sentence: String
    /// The object to look at; `.none` for what no file describes.
    public var origin: Origin

    public init(_ code: ExplanationCode, _ component: Component, _ sentence: String, origin: Origin? = nil) {
        self.code = code
        self.component = component
        self.sentence = sentence
        self.origin = origin ?? component.origin
    }
}
