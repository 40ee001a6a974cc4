#!/bin/bash
# Tells the test that something happened on the machine.
printf '%s\n' "$*" >/bed/events
