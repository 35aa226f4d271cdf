#if DEBUG
    import FoundationEssentials
    import Glibc
    import IPAddressing
    @testable import LabServices
    import LinuxSystem
    import NIOHTTP1

    /// What clients inside a lab send to its servers, and what a killed netlab leaves in the state folder.
    enum ServiceTargets {
        static let all: [FuzzTarget] = [
            http("http-echo", echo), http("http-apt", repository), http("http-metadata", metadata), udp, repositoryPath,
            httpFields, dnsNames, processes, servicePlan,
        ]

        /// Holds one file, and nothing beside it may ever be served.
        private static let aptRoot = Seeds.path("Tests/Fixtures/GoodLabs")
        private static let client = IPv4Address(10, 0, 1, 10)
        private static let instance = InstanceMetadata(
            vpc: "vpc", name: "app", localAddress: client, mac: "0e:00:00:00:00:01", subnetCIDR: "10.0.1.0/24",
            vpcCIDR: "10.0.0.0/16", zone: "us-east-1a")

        private static let echo: any HTTPSite = EchoSite()
        private static let metadata: any HTTPSite = MetadataSite([instance])
        private static let repository: any HTTPSite = RepositorySite(root: aptRoot) ?? echo

        /// A connection's whole life through NIO's parser and our handlers, in two pieces.
        private static func http(_ name: String, _ site: any HTTPSite) -> FuzzTarget {
            FuzzTarget(
                name: name, form: .text,
                seeds: {
                    Seeds.texts(
                        "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /ip HTTP/1.0\r\n\r\n",
                        "POST /x HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
                        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                        "GET /bytes/100 HTTP/1.1\r\nConnection: close\r\n\r\n",
                        "GET /every-form.yaml HTTP/1.1\r\nRange: bytes=0-9\r\nIf-Range: \"x\"\r\n\r\n",
                        "HEAD /debian/every-form.yaml HTTP/1.1\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
                        "GET /%2e%2e/BadLabs/yaml-tab.yaml HTTP/1.1\r\n\r\nGET /../x HTTP/1.1\r\n\r\n",
                        "PUT /latest/api/token HTTP/1.1\r\nX-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\r\n",
                        "GET /latest/meta-data/local-ipv4 HTTP/1.1\r\nX-aws-ec2-metadata-token: AQAE\r\n\r\n")
                }
            ) { bytes in
                // A client may ask for a gigabyte; it is made as it is taken, and nobody here takes it.
                let text = String(decoding: bytes, as: UTF8.self)
                if text.contains(/\/bytes\/[0-9]{6,}/) { return Outcome("large").number }
                let talk = try Conversation(with: site, bytes)
                try talk.expectHonestLog()
                if name == "http-apt" { try talk.expectOnly(aptRoot) }
                var outcome = Outcome(talk.statuses.joined(separator: " "))
                outcome.add(talk.output.count)
                return outcome.number
            }
        }

        private static let udp = FuzzTarget(
            name: "udp-echo", form: .binary,
            seeds: { Seeds.texts("hello", "netlab x seen-from 1.2.3.4:5\n") + [[UInt8](repeating: 0, count: 2048)] }
        ) { bytes in
            let answer = try Conversation.datagram(bytes)
            try promise(answer.map { $0 <= UDPEcho.largestDatagram } ?? true, "an answer of \(answer ?? 0) bytes")
            return Outcome("\(answer != nil)", "\(bytes.count / 256)").number
        }

        private static let repositoryPath = FuzzTarget(
            name: "repository-path", form: .text,
            seeds: { Seeds.texts("/dists/stable/InRelease", "/a%2f..%2fb", "/%2e%2E/x", "/%00", "/./a//b/") }
        ) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let path = RepositoryPath(text[...]) else { return Outcome("none").number }
            try promise(!path.relative.utf8.contains(0) && !path.relative.hasPrefix("/"), path.relative)
            try promise(!path.relative.split(separator: "/").contains(".."), path.relative)
            return Outcome("path", "\(min(path.parts.count, 5))").number
        }

        private static let httpFields = FuzzTarget(
            name: "http-fields", form: .text,
            seeds: { Seeds.texts("bytes=0-9", "bytes=-5", "bytes=7-", "Sun, 06 Nov 1994 08:49:37 GMT") }
        ) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            var outcome = Outcome()
            for size in [0, 1, 10, 1 << 40] {
                guard case .part(let part) = ByteRange(text, fileSize: size) else { continue }
                try promise(part.lowerBound >= 0 && part.upperBound <= size && !part.isEmpty, "\(part) of \(size)")
                outcome.add("part of \(size)")
            }
            if let date = HTTPDate(text) {
                try promise(HTTPDate(date.description) == date, "\(text) became \(date)")
                outcome.add("date")
            }
            return outcome.number
        }

        /// No name may write a line of its own into dnsmasq's configuration.
        private static let dnsNames = FuzzTarget(
            name: "dns-names", form: .text,
            seeds: { Seeds.texts("echo.example", "_x.y-z", "a\naddress=/#/1.2.3.4", "a,b") }
        ) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let record = DNSRecord(text, client) else { return Outcome("none").number }
            let lines = DNSZone(records: [record]).dnsmasqConfiguration(listening: [client]).split(separator: "\n")
            let added = lines.filter { $0.hasPrefix("host-record=") }
            try promise(added == ["host-record=\(record.name),10.0.1.10"], "\(added)")
            try promise(
                lines.count == DNSZone().dnsmasqConfiguration(listening: [client]).split(separator: "\n").count + 1,
                text)
            return Outcome("name", "\(record.name.split(separator: ".").count)").number
        }

        /// The file that says which process to kill: never the first one, never a group.
        private static let processes = FuzzTarget(
            name: "process-file", form: .text, seeds: { Seeds.texts("4711 123456\n", "1 1", "-1 5", "0 0") }
        ) { bytes in
            guard let handle = ProcessHandle(String(decoding: bytes, as: UTF8.self)) else {
                return Outcome("none").number
            }
            try promise(handle.pid > 1, "process \(handle.pid)")
            try promise(ProcessHandle(handle.description) == handle, "\(handle)")
            return Outcome("handle").number
        }

        private static let servicePlan = FuzzTarget(
            name: "service-plan", form: .text,
            seeds: {
                let plan = ServicePlan(
                    lab: "x", stateFolder: "/run/netlab/x", aptRoot: "/x",
                    sockets: [AdoptedSocket(descriptor: 7, node: "web", kind: .http, port: 80)], metadata: [instance],
                    programs: [Program(name: "p", node: "web", namespacePath: nil, arguments: ["true"])])
                let record = AccessRecord(time: "t", node: "n", service: .tcp, peer: "1.2.3.4:5", bytes: 3)
                let encoder = JSONEncoder()
                return [try? encoder.encode(plan), try? encoder.encode(record)].compactMap { $0.map(Array.init) }
            }
        ) { bytes in
            let plan = try? JSONDecoder().decode(ServicePlan.self, from: Data(bytes))
            let record = try? JSONDecoder().decode(AccessRecord.self, from: Data(bytes))
            if let plan {
                let again = try JSONDecoder().decode(ServicePlan.self, from: JSONEncoder().encode(plan))
                try promise(again == plan, "a plan changed on its way")
            }
            if let record {
                let again = try JSONDecoder().decode(AccessRecord.self, from: Data(record.line.utf8))
                try promise(again.node == record.node && again.peer == record.peer, record.line)
            }
            return Outcome("\(plan != nil)", "\(record != nil)").number
        }
    }
#else
    enum ServiceTargets { static let all: [FuzzTarget] = [] }
#endif
