#if DEBUG
    import IPAddressing
    @testable import Probes

    /// What comes back over the network, perhaps from somebody else than was asked.
    enum ProbeTargets {
        static let all = [dns, http, aptRelease, aptPackages, packets, seenFrom]

        private static let question = DNSMessage.query("Echo.example", identifier: 0x1234) ?? []

        private static let dns = FuzzTarget(
            name: "dns-answer", form: .binary,
            seeds: {
                let head = question.prefix(2) + [0x81, 0x80, 0, 1]
                let asked = question.dropFirst(12)
                let record: [UInt8] = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, 1]
                let alias: [UInt8] = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 97, 0xc0, 17]
                let end: [UInt8] = [1, 97, 0xc0, 17, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, 2]
                return [
                    head + [0, 1, 0, 0, 0, 0] + asked + record,
                    head + [0, 2, 0, 0, 0, 0] + asked + alias + end,
                    question.prefix(2) + [0x83, 0x83, 0, 0, 0, 0, 0, 0, 0, 0],
                ]
            }
        ) { bytes in
            do {
                guard let message = try DNSMessage(bytes, answering: question) else { return Outcome("other").number }
                try promise(message.addresses.count * 10 <= bytes.count, "more records than bytes")
                return Outcome("\(message.rcode)", "\(message.isTruncated)", "\(message.addresses.count)").number
            } catch let error as DNSMessage.Malformed {
                return Outcome(error.reason.filter { !$0.isNumber }).number
            }
        }

        private static let bodyLimit = 4096

        /// However the bytes are cut in pieces, the same comes of them.
        private static let http = FuzzTarget(
            name: "http-response", form: .text,
            seeds: {
                Seeds.texts(
                    "\u{7}HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Netlab-Seen-From: 203.0.113.11:1025\r\n\r\nhello",
                    "\u{3}HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
                    "\u{1}HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 Not Found\r\nServer: x\r\n\r\nuntil the end",
                    "\u{9}HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n")
            }
        ) { bytes in
            let step = Int(bytes.first ?? 0) + 1
            let whole = parse(bytes.dropFirst(), step: bytes.count + 1)
            let pieces = parse(bytes.dropFirst(), step: step)
            try promise(whole == pieces, "in pieces of \(step): \(pieces); whole: \(whole)")
            try promise(whole.body.count <= bodyLimit, "a body of \(whole.body.count) bytes")
            var outcome = Outcome(whole.end.filter { !$0.isNumber }, "\(whole.status / 100)")
            outcome.add(whole.headers)
            outcome.add(whole.body.count)
            return outcome.number
        }

        private struct Parsed: Equatable {
            var end = ""
            var status = 0
            var headers = 0
            var body: [UInt8] = []
        }

        private static func parse(_ bytes: ArraySlice<UInt8>, step: Int) -> Parsed {
            var parser = HTTPResponseParser(bodyLimit: bodyLimit)
            var rest = bytes
            var result = Parsed()
            do {
                while !rest.isEmpty {
                    try parser.feed(rest.prefix(step))
                    rest = rest.dropFirst(step)
                }
                result.end = parser.close() ? "complete" : "cut short"
            } catch {
                // What was read before the error depends on the pieces; nobody sees it.
                result.end = error.reason
                return result
            }
            result.status = parser.response.status
            result.headers = parser.response.headers.count
            result.body = parser.response.body
            return result
        }

        private static let sha = String(repeating: "0a", count: 32)

        private static let aptRelease = FuzzTarget(
            name: "apt-release", form: .text,
            seeds: {
                Seeds.texts(
                    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nSHA256:\n \(sha) 12 main/Packages\n"
                        + "-----BEGIN PGP SIGNATURE-----\n")
            }
        ) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let found = AptIndex.checksum(of: "main/Packages", inRelease: text) else {
                return Outcome("none", "\(text.contains("SHA256:\n"))").number
            }
            try promise(found.sha256.utf8.count == 64, found.sha256)
            return Outcome("found", "\(found.size < 0)").number
        }

        private static let aptPackages = FuzzTarget(
            name: "apt-packages", form: .text,
            seeds: {
                Seeds.texts(
                    "Package: hello\nVersion: 1\nFilename: pool/hello.deb\nSize: 12\nSHA256: \(sha)\n\n"
                        + "Package: other\nFilename: ../x\nSize: 1\nSHA256: \(sha)\n")
            }
        ) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let found = AptIndex.package("hello", in: text) else { return Outcome("none").number }
            try promise(!found.filename.split(separator: "/").contains(".."), found.filename)
            try promise(!found.filename.hasPrefix("/") && found.size >= 0, found.filename)
            return Outcome("found", "\(found.version.isEmpty)").number
        }

        /// What a witness captured.
        private static let packets = FuzzTarget(
            name: "packets", form: .binary,
            seeds: {
                let head: (UInt8) -> [UInt8] = {
                    [0x45, 0, 0, 60, 0, 1, 0x40, 0, 64, $0, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
                }
                let tcp: [UInt8] = [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff, 0, 0, 0, 0]
                return [
                    head(6) + tcp, head(17) + tcp.prefix(8),
                    head(1) + [3, 3, 0, 0, 0, 0, 0, 0] + head(6) + tcp.prefix(8),
                ]
            }
        ) { bytes in
            guard let seen = Sighting(bytes.span, direction: .incoming) else { return Outcome("none").number }
            return Outcome(
                "\(seen.protocolNumber)", "\(seen.tcp?.flags ?? 0)", "\(seen.icmp?.type ?? 0)",
                "\(seen.icmp?.quoted != nil)", "\(seen.description.isEmpty)"
            ).number
        }

        /// What an echo says of its client, in a header or in its first line.
        private static let seenFrom = FuzzTarget(
            name: "seen-from", form: .text,
            seeds: { Seeds.texts("203.0.113.11:1025", "netlab echo seen-from 203.0.113.11:1025\nrest") }
        ) { bytes in
            let header = SeenFrom(header: String(decoding: bytes, as: UTF8.self))
            let echo = SeenFrom(echo: bytes)
            for seen in [header, echo].compactMap(\.self) {
                try promise(SeenFrom(header: seen.source.description)?.source == seen.source, "\(seen)")
            }
            return Outcome("\(header != nil)", "\(echo != nil)").number
        }
    }
#else
    enum ProbeTargets { static let all: [FuzzTarget] = [] }
#endif
