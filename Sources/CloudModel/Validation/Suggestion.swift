/// The candidate a misspelt word most likely meant; `nil` if none is near.
///
/// Near means an edit distance of a third of the word at most (swapped neighbours count as one edit), or that one is
/// the beginning of the other.
public func closest(to word: String, among candidates: some Sequence<String>) -> String? {
    let letters = Array(word.utf8)
    guard (2...64).contains(letters.count) else { return nil }
    var best: (name: String, distance: Int)?
    // Bounded: a suggestion is a courtesy, not worth seconds in a file of thousands of names.
    for candidate in candidates.prefix(2_000) where candidate.utf8.count <= 64 && candidate != word {
        let other = Array(candidate.utf8)
        let isPrefix = min(letters.count, other.count) >= 3 && (candidate.hasPrefix(word) || word.hasPrefix(candidate))
        let limit = max(1, letters.count / 3)
        guard isPrefix || abs(letters.count - other.count) <= limit else { continue }
        let distance = isPrefix ? 1 : editDistance(letters, other)
        if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        current.reserveCapacity(right.count + 1)
        for column in right.indices {
            let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
            var cost = min(replaced, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            current.append(cost)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}

/// ``did you mean `x`?`` for the nearest candidate, else the whole list if it is short.
public func suggestion(for word: String, among candidates: some Collection<String>, listing: String = "") -> String {
    if let near = closest(to: word, among: candidates) { return "did you mean `\(near)`?" }
    guard !listing.isEmpty, !candidates.isEmpty, candidates.count <= 12 else { return "" }
    return "\(listing): \(candidates.joined(separator: ", "))"
}
