"""Debian's Chromium, driven by its driver over the WebDriver protocol; it reaches nothing but this machine."""
import json
import re
import shutil
import subprocess
import urllib.request

from results import CannotRun


class Chromium:
    """A browser with a profile of its own."""

    def __enter__(self):
        for program in ["chromium", "chromedriver"]:
            if not shutil.which(program):
                raise CannotRun(f"{program} is not installed")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        port = None
        while port is None:
            line = self.driver.stdout.readline()
            assert line, "chromedriver has ended"
            port = re.search(r"successfully on port (\d+)", line)
        self.url = f"http://127.0.0.1:{port.group(1)}/session"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1280,900"]
        try:
            made = self.call("POST", "", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome", "timeouts": {"script": 120_000, "pageLoad": 120_000},
                "goog:chromeOptions": {"args": arguments}}}})
        except BaseException:
            self.end()
            raise
        self.url += "/" + made["sessionId"]
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "")
        finally:
            self.end()

    def end(self):
        self.driver.kill()
        self.driver.wait()
        self.driver.stdout.close()

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method, headers={"Content-Type": "application/json"},
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=180) as answer:
            return json.load(answer)["value"]

    def ask(self, script):
        """What the script hands to `done`."""
        return self.call("POST", "/execute/async", {"script": "var done=arguments[0];" + script, "args": []})

    def open(self, path):
        """Milliseconds until a page is painted and ready."""
        self.call("POST", "/url", {"url": "about:blank"})
        self.call("POST", "/url", {"url": path.as_uri()})
        return self.ask("""
            setTimeout(function(){
              var page=performance.getEntriesByType('navigation')[0];
              done([performance.getEntriesByType('paint')[0].startTime,page.domContentLoadedEventEnd])},1000)""")

    def filter(self, words):
        """Milliseconds from the search to the next picture, without the 150 ms for which the page waits for the next
        letter, and what the page says is left."""
        return self.ask("""
            var field=document.querySelector('input[type=search]'),output=document.querySelector('output');
            var start=performance.now(),before=output.textContent;
            field.value=%s;field.dispatchEvent(new Event('input'));
            (function look(){
              if(output.textContent===before)return setTimeout(look,5);
              requestAnimationFrame(function(){setTimeout(function(){
                done([performance.now()-start-150,output.textContent])})})})()""" % json.dumps(words))
