import { describe, expect, test } from 'vitest';
import { redisAdvice, systemOf } from '../../src/systems.js';

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\n';
const UBUNTU = 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n';
const MINT = 'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n';
const FEDORA = 'NAME="Fedora Linux"\nVERSION_ID=42\nID=fedora\n';
const ROCKY = 'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\n';
const ALPINE = 'NAME="Alpine Linux"\nID=alpine\n';
const ARCH = 'NAME="Arch Linux"\nID=arch\n';
const MANJARO = 'ID=manjaro\nID_LIKE=arch\n';
const TUMBLEWEED = 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n';
const NIX = 'ID=nixos\n';

const machine = (platform: string, osRelease = '', programs: readonly string[] = [], isAnswering = false) => ({
  platform,
  osRelease,
  programs,
  isAnswering,
});

describe('the system', () => {
  test.each([
    ['linux', DEBIAN, 'debian'],
    ['linux', UBUNTU, 'debian'],
    ['linux', MINT, 'debian'],
    ['linux', FEDORA, 'fedora'],
    ['linux', ROCKY, 'rhel'],
    ['linux', ALPINE, 'alpine'],
    ['linux', ARCH, 'arch'],
    ['linux', MANJARO, 'arch'],
    ['linux', TUMBLEWEED, 'suse'],
    ['linux', NIX, 'other'],
    ['linux', '', 'other'],
    ['freebsd', '', 'other'],
    ['darwin', '', 'macos'],
    ['win32', '', 'windows'],
  ])('of %s with %j is %s', (platform, osRelease, system) => {
    expect(systemOf(machine(platform, osRelease))).toBe(system);
  });
});

describe('the advice', () => {
  test.each([
    ['Debian', machine('linux', DEBIAN), 'sudo apt install redis-server'],
    ['Fedora', machine('linux', FEDORA), 'sudo dnf install valkey'],
    ['Rocky Linux', machine('linux', ROCKY), 'sudo dnf module install redis:7'],
    ['Alpine', machine('linux', ALPINE), 'apk add valkey'],
    ['Arch', machine('linux', ARCH), 'sudo pacman -S valkey'],
    ['openSUSE', machine('linux', TUMBLEWEED), 'sudo zypper install valkey'],
    ['macOS', machine('darwin'), 'brew install redis'],
    ['Windows', machine('win32'), 'wsl --install'],
    ['Windows without WSL', machine('win32'), 'winget install Memurai.MemuraiDeveloper'],
    ['an unknown system', machine('linux', NIX), 'package manager'],
  ])('for %s names its own way, and a server elsewhere', (_name, one, command) => {
    const text = redisAdvice(one).join('\n');
    expect(text).toContain(command);
    expect(text).toContain('REDIS_URL=redis://…');
    expect(text).not.toMatch(/docker|podman/);
  });

  test.each(['docker', 'podman'])('has one command for %s, which binds loopback alone, and the REDIS_URL', (engine) => {
    const text = redisAdvice(machine('linux', ALPINE, [engine])).join('\n');
    expect(text).toMatch(
      new RegExp(`: ${engine} run -d .*-p 127\\.0\\.0\\.1:6379:6379 .*--maxmemory-policy noeviction$`, 'm'),
    );
    expect(text).toContain('REDIS_URL=redis://127.0.0.1:6379');
  });

  test('begins with what runs already, or is installed already', () => {
    expect(redisAdvice(machine('linux', DEBIAN, ['docker'], true))[0]).toMatch(/^A Redis answers .*127\.0\.0\.1:6379$/);
    expect(redisAdvice(machine('win32', '', ['memurai']))[0]).toMatch(/^Memurai is installed/);
  });
});
