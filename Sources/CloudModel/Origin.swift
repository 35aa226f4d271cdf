/// Where an object stands in the user's file, so that every message can point at it.
public struct Origin: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1.
    public let column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String { "\(file):\(line):\(column)" }

    /// For objects that no file describes (defaults, tests).
    public static let none = Origin(file: "", line: 0, column: 0)
}
