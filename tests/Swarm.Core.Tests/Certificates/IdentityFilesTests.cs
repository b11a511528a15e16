using System.Diagnostics;
using System.Security.Cryptography;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;

namespace Swarm.Core.Tests.Certificates;

public sealed class IdentityFilesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly KeyEncryptionKey Kek = new(ValueList.Create<byte>(RandomNumberGenerator.GetBytes(32)), 7);

    private readonly RootCa _root = RootCertificate.Create(Now, RandomNumberGenerator.Fill);
    private readonly MemoryDisk _disk = new();
    private readonly IdentityFiles _files;

    public IdentityFilesTests() => _files = new(_disk);

    [Fact]
    public void Nothing_is_there_before_a_node_has_joined()
    {
        Assert.Null(_files.Load(default, Now));
        Assert.Null(_files.LoadRoot());
        Assert.False(_files.IsLocked());
    }

    [Fact]
    public void At_every_moment_of_a_renewal_one_identity_is_whole()
    {
        for (var steps = 0; steps <= 3; steps++)
        {
            var disk = new MemoryDisk();
            var files = new IdentityFiles(disk);
            var (old, next) = (NewIdentity(), NewIdentity());
            files.SaveRoot(_root.Certificate);
            files.Save(old, KeyEncryptionKey.None, KeyEncryptionKey.None);
            disk.StepsLeft = steps;
            if (steps < 3)
            {
                Assert.Throws<IOException>(() => files.Save(next, KeyEncryptionKey.None, KeyEncryptionKey.None));
            }
            else
            {
                files.Save(next, KeyEncryptionKey.None, KeyEncryptionKey.None);
            }

            disk.StepsLeft = -1;
            var loaded = new IdentityFiles(disk).Load(default, Now)!.Value.Identity;

            Assert.Equal(steps < 2 ? old : next, loaded);
            Assert.DoesNotContain(".swarm-node.crt", disk.Files.Keys);
            Assert.Equal(loaded, new IdentityFiles(disk).Load(default, Now)!.Value.Identity);
        }
    }

    [Fact]
    public void A_key_is_locked_opened_with_the_right_key_alone_and_unlocked_again()
    {
        var identity = Save(KeyEncryptionKey.None);
        _files.Save(identity, KeyEncryptionKey.None, Kek);

        Assert.True(_files.IsLocked());
        Assert.DoesNotContain("BEGIN PRIVATE KEY", _disk.Read(IdentityFiles.KeyFile));
        Assert.Equal(
            "invalid key provided",
            Assert.Throws<SwarmException>(
                () => _files.Load(ValueList.Create<byte>(RandomNumberGenerator.GetBytes(32)), Now)).Message);
        Assert.Equal((identity, Kek), _files.Load(Kek.Key, Now)!.Value);

        _files.Save(identity, Kek, new(default, 8));

        Assert.Equal((identity, new KeyEncryptionKey(default, 8)), _files.Load(default, Now)!.Value);
    }

    [Fact]
    public void Headers_of_others_survive_renewals_and_are_rewrapped_with_the_key()
    {
        var files = new IdentityFiles(
            _disk,
            (headers, _, after) => headers.With("raft-dek", $"wrapped-by-{after.Version}"));
        files.SaveRoot(_root.Certificate);
        files.Save(NewIdentity(), KeyEncryptionKey.None, KeyEncryptionKey.None);
        files.ChangeKeyFile(default, key => key with { Headers = key.Headers.With("raft-dek", "plain") });

        files.Save(NewIdentity(), KeyEncryptionKey.None, KeyEncryptionKey.None);
        Assert.Contains("raft-dek: plain\n", _disk.Read(IdentityFiles.KeyFile));

        files.Save(NewIdentity(), KeyEncryptionKey.None, Kek);
        Assert.Contains("raft-dek: wrapped-by-7\n", _disk.Read(IdentityFiles.KeyFile));
        Assert.Contains("kek-version: 7\n", _disk.Read(IdentityFiles.KeyFile));
    }

    [Fact]
    public void Key_and_headers_come_under_another_key_in_one_write()
    {
        var files = new IdentityFiles(_disk, (headers, _, after) => headers.With("raft-dek", $"by-{after.Version}"));
        var identity = Save(KeyEncryptionKey.None);
        _disk.StepsLeft = 1;

        files.Relock(KeyEncryptionKey.None, Kek);

        _disk.StepsLeft = -1;
        Assert.Contains("raft-dek: by-7\n", _disk.Read(IdentityFiles.KeyFile));
        Assert.Equal((identity, Kek), files.Load(Kek.Key, Now)!.Value);
        Assert.Equal(identity.Subject, files.LoadSubject());
    }

    [Fact]
    public void A_lower_version_of_the_unlock_key_does_not_replace_a_higher_one()
    {
        Assert.Equal(Kek, Kek.Or(new(default, 6)));
        Assert.Equal(new(default, 8), Kek.Or(new(default, 8)));
    }

    [Fact]
    public void Damaged_files_are_called_so()
    {
        Save(KeyEncryptionKey.None);
        _disk.Files[IdentityFiles.KeyFile] = ("junk", true);
        var refusal = Assert.Throws<InvalidIdentityException>(() => _files.Load(default, Now));
        Assert.Contains("swarm-node.key could not be read", refusal.Message);
        Assert.Throws<InvalidIdentityException>(() => _files.IsLocked());

        Save(KeyEncryptionKey.None);
        _disk.Files[IdentityFiles.CertificateFile] = (NewIdentity().Certificate, false);
        Assert.Contains(
            "does not belong to its certificate",
            Assert.Throws<InvalidIdentityException>(() => _files.Load(default, Now)).Message);
    }

    [Fact]
    public void An_identity_that_has_ended_can_still_be_looked_at()
    {
        var identity = Save(KeyEncryptionKey.None);
        Assert.Equal(
            ChainFault.Expired,
            Assert.Throws<InvalidIdentityException>(() => _files.Load(default, Now.AddDays(91))).Fault);
        Assert.Equal(identity, _files.Load(default, Now.AddDays(91), allowExpired: true)!.Value.Identity);
    }

    [Fact]
    public void An_identity_goes_into_tls()
    {
        var identity = NewIdentity();
        using var certificate = identity.ToTlsCertificate();
        Assert.True(certificate.HasPrivateKey);
        Assert.Empty(identity.ToTlsIntermediates());
    }

    [Fact]
    public void A_real_directory_keeps_secrets_to_its_owner_and_leaves_nothing_half_written()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(directory.FullName, "certificates");
            var files = new IdentityFiles(new IdentityDirectory(path));
            var identity = NewIdentity();
            files.SaveRoot(_root.Certificate);
            files.Save(NewIdentity(), KeyEncryptionKey.None, KeyEncryptionKey.None);
            files.Save(identity, KeyEncryptionKey.None, Kek);

            Assert.Equal((identity, Kek), files.Load(Kek.Key, Now)!.Value);
            Assert.Equal(
                ["swarm-node.crt", "swarm-node.key", "swarm-root-ca.crt"],
                Directory.GetFiles(path).Select(Path.GetFileName).Order());
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    File.GetUnixFileMode(Path.Combine(path, "swarm-node.key")));
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                    File.GetUnixFileMode(path));
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [SkippableFact]
    public void A_second_implementation_reads_the_locked_key()
    {
        Skip.IfNot(File.Exists("/usr/bin/openssl"), "openssl is not installed");
        var kek = new KeyEncryptionKey(ValueList.Create<byte>("a text of thirty-two characters."u8), 3);
        Save(kek);

        // Headers inside the block are SwarmKit's own.
        var block = PemBlock.Parse(_disk.Read(IdentityFiles.KeyFile)!) with { Headers = default };
        Assert.Equal(0, Openssl(block.Write(), "a text of thirty-two characters."));
        Assert.NotEqual(0, Openssl(block.Write(), "another"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN X-----\n")]
    [InlineData("-----BEGIN X-----\n!\n-----END X-----\n")]
    public void What_is_no_pem_block_is_refused(string text) =>
        Assert.Throws<CryptographicException>(() => PemBlock.Parse(text));

    private NodeIdentity Save(KeyEncryptionKey kek)
    {
        var identity = NewIdentity();
        _disk.Files.Clear();
        _files.SaveRoot(_root.Certificate);
        _files.Save(identity, KeyEncryptionKey.None, kek);
        return identity;
    }

    private NodeIdentity NewIdentity()
    {
        var (key, request) = SigningRequest.Create();
        var chain = NodeCertificateIssuer.Issue(
            _root,
            new(new("node1"), NodeRole.Manager, new("cluster1")),
            SigningRequest.ReadKey(request),
            TimeSpan.FromDays(90),
            Now,
            RandomNumberGenerator.Fill);
        return NodeIdentity.Create(_root.Certificate, chain, key, Now);
    }

    private static int Openssl(string key, string password)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/openssl")
        {
            ArgumentList = { "pkey", "-noout", "-passin", $"pass:{password}" },
            RedirectStandardInput = true,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Write(key);
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode;
    }
}
