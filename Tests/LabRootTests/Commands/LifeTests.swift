import Checks
import Foundation
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// `up`, `down`, `list`, `status` through a lab's life.
    @Suite("A lab's life") struct LifeTests {
        @Test("a second up by another lab's file is refused and harms nothing")
        func secondUp() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                let second = try lab.program.run("up", "public-igw", "--name", lab.name)
                #expect(second.status == 2)
                #expect(second.stderr.contains("\(lab.name) is a running lab tiny"), "\(second)")
                #expect(try lab.check().passed)
            }
        }

        @Test("down works twice, for what never was, and with the file gone")
        func down() async throws {
            let program = try TestShare.program()
            let never = try program.run("down", "nlt-never-was")
            #expect(never.status == 0)
            #expect(never.stderr == "nlt-never-was was not up\n")
            try await withLab(text: TinyLab.text) { lab throws in
                #expect(try program.run("down", lab.name).stdout == "\(lab.name) is down\n")
                let again = try program.run("down", lab.name, "--json")
                #expect(again.status == 0)
                #expect(try JSON(again)["down"] as? [String] == [])
            }
        }

        @Test("list, status, exec, check and plan as JSON")
        func json() async throws {
            try await withLab("private-nat") { lab throws in
                let list = try JSONSerialization.jsonObject(with: Data(lab.program.run("list", "--json").output().utf8))
                let own = (list as? [[String: String]])?.first { $0["name"] == lab.name }
                #expect(own?["state"] == "up")
                let status = try lab.program.run("status", lab.name, "--json").output()
                let facts = try #require(
                    (try JSONSerialization.jsonObject(with: Data(status.utf8)) as? [[String: Any]])?.first)
                let nodes = (facts["lab"] as? [String: Any])?["nodes"] as? [[String: Any]]
                #expect(nodes?.count == lab.running.nodes.count)
                let app = nodes?.first { $0["name"] as? String == "app" }
                #expect(app?["namespace"] as? String == "\(lab.name).app")
                #expect(app?["subnet"] as? String == "private-a")
                let pid = try #require(facts["serverPID"] as? Int)
                #expect(pid == LabStatus(lab.running.state).serverProcess.map { Int($0.pid) })

                let plan = try JSON(try lab.program.run("plan", "private-nat", "--json"))
                #expect((plan["nodes"] as? [Any])?.count == lab.running.nodes.count)
                let report = try JSON(try lab.program.run("check", lab.name, "--only", "C4", "--json"))
                #expect(report["passed"] as? Bool == true)
                #expect((report["checks"] as? [Any])?.count == 2)
            }
        }

        @Test("up --json says what was built")
        func upJSON() async throws {
            let program = try TestShare.program()
            let name = "nlt-\(getpid())-json"
            defer { _ = try? program.run("down", name) }
            let end = try program.run("up", "public-igw", "--name", name, "--json")
            #expect(end.status == 0, "\(end)")
            let facts = try JSON(end)
            #expect(facts["lab"] as? String == name)
            #expect(facts["seconds"] as? Double != nil)
        }

        @Test("status counts what rules have dropped, and names them")
        func drops() async throws {
            try await withLab("public-igw") { lab throws in
                #expect(try lab.exec("scanner", ["ping", "-c", "1", "-W", "1", "203.0.113.20"]).status == 1)
                let text = try lab.program.run("status", lab.name).output()
                let words = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
                #expect(words.contains("sg web ingress vpc 1"), "\(text)")
            }
        }

        @Test("hints go by the lab's name and file, not by the name in the file; places of an imported lab have a file")
        func hints() async throws {
            try await withLab("nat-per-az") { lab throws in
                let end = try lab.program.run("fail", lab.name, "zone", "nosuch")
                #expect(end.status == 2 && end.stderr.contains("netlab status \(lab.name) lists the nodes"), "\(end)")
            }
            let folder = "/tmp/nlt-\(getpid())-imported"
            try Files.makeFolder(folder)
            defer { try? Files.removeTree(folder) }
            try Files.write(Self.description, to: "\(folder)/all.json")
            try await withLab(folder) { lab throws in
                #expect(lab.running.state.repair == "netlab up \(folder) --name \(lab.name)")
                let end = try lab.program.run("explain", lab.name, "internet", "i-1:23")
                #expect(end.status == 1 && end.stdout.contains("/run/netlab/\(lab.name)/lab.yaml:"), "\(end)")
            }
        }

        /// One instance with a public address and a group that lets nothing in.
        private static let description = """
            {
              "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
              "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "eu-central-1a"}],
              "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}],
              "RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true, "RouteTableId": "rtb-1"}],
                "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                           {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}]}],
              "SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1", "IpPermissions": [
                  {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
                "IpPermissionsEgress": []}],
              "Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "running"}, "VpcId": "vpc-1",
                "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.0.10", "PublicIpAddress": "52.1.2.3",
                "SecurityGroups": [{"GroupId": "sg-1"}], "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1",
                  "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.0.10", "SourceDestCheck": true,
                  "Groups": [{"GroupId": "sg-1"}], "Attachment": {"DeviceIndex": 0},
                  "Association": {"PublicIp": "52.1.2.3"},
                  "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": "10.0.0.10",
                    "Association": {"PublicIp": "52.1.2.3"}}]}]}]}]
            }
            """

        @Test("a lab whose background process died is broken, can be taken down, and brought up again")
        func serverDied() async throws {
            try await withLab("public-igw") { lab throws in
                try lab.stopServices()
                let list = try lab.program.run("list").output()
                #expect(
                    list.split(separator: "\n").contains { $0.hasPrefix(lab.name) && $0.hasSuffix("broken") }, "\(list)"
                )
                for command in [["status", lab.name], ["check", lab.name]] {
                    let end = try lab.program.run(command)
                    #expect(end.status == 3, "\(end)")
                    #expect("\(end)".contains("is not whole: its services do not run"))
                    #expect("\(end)".contains("labs/public-igw.yaml --name \(lab.name) mends it"))
                }
                // `up` mends what is there.
                try lab.program.run("up", "public-igw", "--name", lab.name).output()
                #expect(try CheckedAnew(lab.name).passed)
                try lab.program.run("down", lab.name).output()
                #expect(try Traces.of(lab.name) == [])
            }
        }

        @Test("a lab that never had services is whole without them; not without a namespace")
        func noServices() async throws {
            let program = try TestShare.program()
            let name = "nlt-\(getpid())-bare"
            defer { _ = try? program.run("down", name) }
            try program.run("up", "public-igw", "--no-services", "--name", name).output()
            let list = try program.run("list").output()
            #expect(list.split(separator: "\n").contains { $0.hasPrefix(name) && $0.hasSuffix("up") }, "\(list)")
            let status = try program.run("status", name, "--json")
            #expect(status.status == 0, "\(status)")
            #expect(status.stdout.contains("\"state\" : \"up\""), "\(status)")
            #expect(try program.run("exec", name, "web", "--", "ping", "-c", "1", "198.51.100.66").status == 0)
            try RunningCommand.start(["ip", "netns", "delete", "\(name).web"]).wait(within: .seconds(10)).output()
            let broken = try program.run("status", name)
            #expect(broken.status == 3 && "\(broken)".contains("namespaces are missing"), "\(broken)")
        }

        @Test("a lab one of whose namespaces is gone is broken, and goes down")
        func namespaceGone() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                try RunningCommand.start(["ip", "netns", "delete", "\(lab.name).web"]).wait(within: .seconds(10))
                    .output()
                let end = try lab.program.run("status", lab.name)
                #expect(end.status == 3)
                #expect("\(end)".contains("namespaces are missing"))
                try lab.program.run("down", lab.name).output()
                #expect(try Traces.of(lab.name) == [])
            }
        }

        @Test("test builds, checks and takes down; up --check stays up")
        func test() async throws {
            let program = try TestShare.program()
            let name = "nlt-\(getpid())-test"
            defer { _ = try? program.run("down", name) }
            let end = try program.run("test", "public-igw", "--name", name, "--format", "tap")
            #expect(end.status == 0, "\(end)")
            #expect(end.stdout.hasPrefix("TAP version 13\n1..9\nok 1 - C10 "), "\(end)")
            #expect(try Traces.of(name) == [])
            let up = try program.run("up", "public-igw", "--name", name, "--check")
            #expect(up.status == 0 && up.stdout.contains("9 passed"), "\(up)")
            #expect(try !Traces.of(name).isEmpty)
        }
    }
}

/// The object a command printed.
func JSON(_ end: Execution) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(end.output().utf8)) as? [String: Any], "\(end)")
}

/// What a lab's name has left on the machine.
enum Traces {
    static func of(_ name: String) throws -> [String] {
        try Files.list("/run/netns").filter { $0.hasPrefix("\(name).") }
            + Files.list("/run/netlab").filter { $0 == name || $0 == ".\(name).lock" }
    }
}
