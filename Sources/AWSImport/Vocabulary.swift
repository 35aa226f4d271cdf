/// The keys of a description that are known: each is read, or is known to move no packet. Any other is named to the user,
/// so that nothing is dropped only because nobody thought of it.
///
/// From the response shapes of the EC2 API of 2016-11-15 and the ELB API of 2015-12-01 [botocore 1.43.11]. What those
/// have and the lab would have to know is left out on purpose (`EncryptionControl`): it shall be named.
struct Vocabulary {
    private var keys: [String: Vocabulary] = [:]
    /// Nothing below matters.
    private var takesAnything = false

    /// - Parameter text: words between spaces; `Word{…}` has keys of its own, `Word{*}` any.
    init(_ text: String) {
        var words = text.utf8.split { $0 == 32 || $0 == 10 }.flatMap(Self.parts)[...]
        self.init(&words)
    }

    private init(_ words: inout ArraySlice<String>) {
        while let word = words.popFirst(), word != "}" {
            if word == "*" {
                takesAnything = true
            } else if words.first == "{" {
                words.removeFirst()
                keys[word] = Vocabulary(&words)
            } else {
                keys[word] = Vocabulary("")
            }
        }
    }

    /// `A{B` as `A`, `{`, `B`.
    private static func parts(_ word: Substring.UTF8View) -> [String] {
        var parts: [String] = []
        var name = ""
        for byte in word {
            let character = Character(Unicode.Scalar(byte))
            guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") else {
                name.append(character)
                continue
            }
            if !name.isEmpty { parts.append(name) }
            parts.append(String(character))
            name = ""
        }
        return name.isEmpty ? parts : parts + [name]
    }

    /// Reports the path of every key below that is not known and says something.
    func strangers(in members: [JSONValue.Member], below path: String = "", _ report: (String) -> Void) {
        guard !takesAnything else { return }
        for member in members where !member.value.saysNothing {
            let place = path.isEmpty ? member.key : "\(path).\(member.key)"
            if let known = keys[member.key] {
                known.strangers(in: member.value, at: place, report)
            } else {
                report(place)
            }
        }
    }

    private func strangers(in value: JSONValue, at path: String, _ report: (String) -> Void) {
        switch value.content {
        case .object(let members): strangers(in: members, below: path, report)
        case .list(let values): for value in values { strangers(in: value, at: path, report) }
        default: return
        }
    }
}
