import Synchronization

/// The session tokens of IMDSv2: each belongs to one instance and ends with its time to live.
final class MetadataTokens: Sendable {
    /// What the header may ask for, in seconds.
    static let lifetimes = 1...21_600
    /// Per instance; a client that never reuses its token pushes its own oldest ones out, nobody else's.
    static let limit = 256

    private struct Grant {
        var token: String
        var ends: ContinuousClock.Instant
    }

    private let now: @Sendable () -> ContinuousClock.Instant
    private let grants = Mutex<[String: [Grant]]>([:])

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

    /// A new token for the instance.
    func grant(to instanceID: String, seconds: Int) -> String {
        let token = Self.random()
        let now = now()
        grants.withLock { grants in
            var own = grants[instanceID, default: []]
            own.removeAll { $0.ends <= now }
            if own.count >= Self.limit { own.removeFirst() }
            own.append(Grant(token: token, ends: now + .seconds(seconds)))
            grants[instanceID] = own
        }
        return token
    }

    func isValid(_ token: String, for instanceID: String) -> Bool {
        let now = now()
        return grants.withLock { grants in
            grants[instanceID]?.contains { $0.token == token && $0.ends > now } == true
        }
    }

    /// 240 bits from the kernel, 40 characters of the URL-safe base64 alphabet, with AWS's `AQAE` in front.
    private static func random() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var generator = SystemRandomNumberGenerator()
        return "AQAE" + String((0..<40).map { _ in alphabet[Int(generator.next(upperBound: UInt64(alphabet.count)))] })
    }
}
