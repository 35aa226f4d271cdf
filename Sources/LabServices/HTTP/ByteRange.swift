/// What a `Range` header asks of a file (RFC 9110, section 14).
enum ByteRange: Equatable {
    /// All of it: no header, several ranges at once, or something we do not understand.
    case whole
    case part(Range<Int>)
    /// Starts behind the end.
    case unsatisfiable

    init(_ header: String?, fileSize: Int) {
        self = .whole
        guard let header, header.lowercased().hasPrefix("bytes=") else { return }
        let bounds = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return }
        let first = Self.number(bounds[0])
        let last = Self.number(bounds[1])
        if let first, last != nil || bounds[1].isEmpty {
            let end = last.map { min($0, fileSize - 1) + 1 } ?? fileSize
            if let last, last < first { return }
            self = first < fileSize ? .part(first..<end) : .unsatisfiable
        } else if let last, bounds[0].isEmpty {
            // The last so many bytes.
            self = last > 0 && fileSize > 0 ? .part(max(0, fileSize - last)..<fileSize) : .unsatisfiable
        }
    }

    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ 48...57 ~= $0 }), text.utf8.count <= 18 else { return nil }
        return Int(text)
    }
}
