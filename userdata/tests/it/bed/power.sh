#!/bin/bash
# Stands for shutdown, poweroff and systemctl: says by which name and with which arguments it was called.
printf '%s\n' "${0##*/} $*" >/bed/power
